-- The four roles of Relais (docs/decisions: database roles, the sequencer's login). Safe to run again; PostgreSQL 15 and newer;
-- by a superuser or by a login with CREATEDB and CREATEROLE, which becomes a member of them:
--     psql -v ON_ERROR_STOP=1 -d postgres -f config/roles.sql
--     psql -d postgres -c 'CREATE DATABASE relais OWNER relais_owner'
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('relais roles'));

DO $$
DECLARE
    privilege text := CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END;
    granted boolean;
    role name;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'relais_audit_owner') THEN
        CREATE ROLE relais_audit_owner NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'relais_owner') THEN
        CREATE ROLE relais_owner LOGIN CREATEDB;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'relais_app') THEN
        CREATE ROLE relais_app LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'relais_sequencer') THEN
        CREATE ROLE relais_sequencer LOGIN;
    END IF;
    IF NOT pg_has_role('relais_owner', 'relais_audit_owner', 'USAGE') THEN
        GRANT relais_audit_owner TO relais_owner;
    END IF;
    -- A login that is not superuser takes these roles on. From version 16 on, who makes a role is its member
    -- without being allowed to take it on: membership alone does not answer the question there.
    FOREACH role IN ARRAY ARRAY['relais_owner', 'relais_app', 'relais_sequencer'] LOOP
        EXECUTE format('SELECT pg_has_role(%L, %L)', role, privilege) INTO granted;
        IF NOT granted THEN
            EXECUTE format('GRANT %I TO %I', role, current_user);
        END IF;
    END LOOP;
END
$$;
COMMIT;
