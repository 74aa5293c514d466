"""Which rows may not change without a trace? Those whose migration says so."""

from django.db.migrations import RunSQL


def versioned(model_table: str, history_table: str) -> list[RunSQL]:
    """The triggers of a `Recorded` model, for the migration that makes its two tables.

    The first refuses an UPDATE that does not raise `version` by one; the second, at commit, a version
    or a deletion without its history row. Their functions are made in audit 0001, so the migration
    depends on it. No `pgtrigger`: the application could switch that off.
    """
    return [
        RunSQL(
            f'CREATE TRIGGER version_guard BEFORE INSERT OR UPDATE ON "{model_table}"'
            " FOR EACH ROW EXECUTE FUNCTION relais_version_guard()",
            f'DROP TRIGGER version_guard ON "{model_table}"',
        ),
        RunSQL(
            f'CREATE CONSTRAINT TRIGGER history_guard AFTER INSERT OR UPDATE OR DELETE ON "{model_table}"'
            " DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION relais_history_guard('{history_table}')",
            f'DROP TRIGGER history_guard ON "{model_table}"',
        ),
    ]
