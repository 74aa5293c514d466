import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Engine, Template
from django.template.loader import render_to_string
from django.utils import translation

from partners.templatetags import interface

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday; Dakar keeps UTC


class Intake(forms.Form):
    alias = forms.CharField(max_length=20, help_text="An alias will do.")
    story = forms.CharField(widget=forms.Textarea, max_length=400, required=False)
    born = forms.DateField(widget=forms.SelectDateWidget, required=False)
    service = forms.ChoiceField(
        choices=[("SHELTER", "Shelter"), ("OTHER", "Other")], widget=forms.RadioSelect
    )
    languages = forms.MultipleChoiceField(
        choices=[("wo", "Wolof")], widget=forms.CheckboxSelectMultiple, required=False
    )
    region = forms.ChoiceField(choices=[("DK", "Dakar")])
    read = forms.BooleanField(required=False)
    paper = forms.FileField(required=False)
    secret = forms.CharField(widget=forms.PasswordInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def render(template: str, **context: object) -> str:
    return Template("{% load interface %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("due", "words", "late", "soon"),
    [
        (NOON, "1 min late", True, False),
        (NOON - timedelta(minutes=59), "59 min late", True, False),
        (NOON - timedelta(hours=3), "3 h late", True, False),
        (NOON - timedelta(hours=47, minutes=59), "47 h late", True, False),
        (NOON - timedelta(days=2), "2 days late", True, False),
        (NOON + timedelta(seconds=20), "in 1 min", False, True),
        (NOON + timedelta(minutes=59), "in 59 min", False, True),
        (NOON + timedelta(hours=2), "today at 14:00", False, True),
        (NOON + timedelta(hours=4, minutes=5), "today at 16:05", False, False),
        (NOON + timedelta(hours=12), "tomorrow at 00:00", False, False),
        (NOON + timedelta(days=7), "Saturday 28 November at 12:00", False, False),
    ],
)
def test_deadline_is_said_in_words(due, words, late, soon):
    assert interface.deadline(due, NOON) == interface.Deadline(words, late=late, soon=soon)


def test_deadline_without_a_clock_asks_the_machine():
    assert interface.deadline(datetime.now(UTC) - timedelta(hours=5)).late


def test_the_first_of_a_month_has_its_own_word_in_french():
    first = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
    assert interface.day(first) == "1 December 2026"
    with translation.override("fr"):
        assert interface.day(first) == "1er décembre 2026"
        assert interface.day(first.replace(day=11)) == "11 décembre 2026"
        assert interface.written(first, "D j") == "mar 1er"
        assert interface.deadline(first, NOON).words == "mardi 1er décembre à 14\xa0h"


def test_moment_is_date_and_clock():
    assert interface.moment(NOON) == "21 November 2026 at 12:00"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+221771234567", "+221\xa077\xa0123\xa045\xa067"),
        ("77 123-45.67", "77\xa0123\xa045\xa067"),
        ("116", "116"),
        ("+33 1 23 45 67 89", "+33 1 23 45 67 89"),
    ],
)
def test_telephone_is_grouped_when_senegalese(number, shown):
    assert interface.telephone(number) == shown


def test_a_number_is_called_with_one_touch_and_words_are_left_alone():
    link = interface.dial("+221 33 800-11.22")
    assert 'href="tel:+221338001122"' in link
    assert interface.telephone("+221338001122") in link
    assert (interface.dial(""), interface.dial(None)) == ("", "")
    assert render("{{ number|dial }}", number="<b>12") == "&lt;b&gt;12"


def test_colour_of_an_unknown_code_is_grey():
    assert [interface.colour(code) for code in ("accepted", "declined", "invented")] == [
        "green",
        "red",
        "grey",
    ]


def test_squares_show_each_place_once():
    assert interface.squares(5, occupied=2, held=1) == ["occupied", "occupied", "held", "free", "free"]


def test_squares_of_a_full_centre_show_the_overflow():
    assert interface.squares(2, occupied=2, over=1) == ["occupied", "occupied", "over"]


def test_squares_are_not_drawn_for_a_large_centre():
    assert interface.squares(61) == []


def test_at_key_of_no_words_is_empty():
    assert interface.at_key(None, "a") == interface.at_key({"b": "c"}, "a") == ""


def test_kind_of_each_widget():
    assert {field.name: interface.kind(field) for field in Intake()} == {
        "alias": "input",
        "story": "textarea",
        "born": "date",
        "service": "radios",
        "languages": "checkboxes",
        "region": "select",
        "read": "checkbox",
        "paper": "file",
        "secret": "password",
        "key": "hidden",
    }


def test_control_names_hint_and_error_and_never_cuts_what_is_typed():
    html = interface.control(Intake({"alias": ""})["alias"], width="20")
    assert 'aria-describedby="id_alias_helptext id_alias_error"' in html
    assert 'class="govuk-input govuk-input--width-20 govuk-input--error"' in html
    assert "maxlength" not in html


def test_control_of_a_personal_datum_is_masked_and_not_learned_by_the_browser():
    html = interface.control(Intake()["alias"], pii=True, width="full", inputmode="")
    assert 'class="govuk-input govuk-!-width-full app-pii"' in html
    assert 'autocomplete="off"' in html
    assert "inputmode" not in html


def test_control_of_a_long_text_counts():
    html = interface.control(Intake()["story"])
    assert 'aria-describedby="id_story-info"' in html
    assert "govuk-js-character-count" in html


def test_date_parts_keep_what_was_typed_even_when_it_is_no_date():
    form = Intake({"born_day": "31", "born_month": "abc", "born_year": "2011"})
    assert [part.value for part in interface.date_parts(form["born"])] == ["31", "abc", "2011"]


def test_date_parts_show_the_stored_date():
    form = Intake(initial={"born": NOON.date()})
    assert [part.value for part in interface.date_parts(form["born"])] == ["21", "11", "2026"]


def test_date_parts_of_an_unknown_date_are_empty():
    assert [part.value for part in interface.date_parts(Intake()["born"])] == ["", "", ""]


def test_mistakes_point_to_the_first_control_of_each_field():
    form = Intake({"born_day": "31", "born_month": "2", "born_year": "2011"})
    form.add_error(None, "Not this way.")
    targets = [mistake.target for mistake in interface.mistakes(form)]
    assert targets == ["", "id_alias", "id_born_day", "id_service_0", "id_region", ""]


def test_a_sentence_that_several_questions_share_leads_to_the_first():
    form = Intake({})
    for name in ("region", "alias"):
        form.add_error(name, "Say yes or no.")
    shared = [each.target for each in interface.mistakes(form) if each.message == "Say yes or no."]
    assert shared == ["id_alias"]


def test_what_is_missing_is_said_with_the_name_of_its_field_above_and_beside_it():
    class Shift(forms.Form):
        who = forms.ChoiceField(label="Who is on duty?", choices=[("a", "A")])
        region = forms.ChoiceField(choices=[("DK", "Dakar")])
        until = forms.DateTimeField()
        read = forms.BooleanField(label="I have read it")
        why = forms.CharField(error_messages={"required": "Say why."})

    form = Shift({})
    said = [
        "Answer “Who is on duty?”.",
        "Choose under “Region”.",
        "Fill in “Until”.",
        "Tick “I have read it”.",
        "Say why.",
    ]
    assert [mistake.message for mistake in interface.mistakes(form)] == said
    for field, sentence in zip(form, said, strict=True):
        assert sentence in render('{% include "components/field.html" %}', field=field)


def test_mistakes_of_several_forms_come_in_order():
    form = Intake({"alias": "a", "service": "OTHER", "region": "DK"})
    assert len(interface.mistakes([form, form])) == 2  # the hidden key, twice
    assert interface.mistakes(None) == []


@pytest.mark.parametrize("name", list(Intake.base_fields))
def test_every_field_renders_its_label_its_error_and_only_existing_descriptions(name):
    form = Intake({})
    form.add_error(name, "Something is missing")
    html = render('{% include "components/field.html" with why="Because." %}', field=form[name])
    if name == "key":
        assert html.strip().startswith("<input")
        return
    assert str(form[name].label) in html
    assert "Something is missing" in html
    assert "Error:" in html
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert all(f'id="{part}"' in html for part in described.split())


def test_a_field_escapes_what_was_typed():
    html = render('{% include "components/field.html" %}', field=Intake({"alias": "<script>"})["alias"])
    assert "<script>" not in html


def test_a_further_question_is_shown_under_its_choice():
    form = Intake()
    include = (
        '{% include "components/field.html" with field=form.service reveals=form.alias reveals_on="OTHER" %}'
    )
    html = render(include, form=form)
    assert 'data-reveals="id_alias_revealed"' in html
    assert html.count('id="id_alias_revealed"') == 1
    assert html.count("data-choices") == 1


def test_form_without_a_mistake_has_no_summary():
    assert render_to_string("components/form_errors.html", {"form": Intake()}).strip() == ""


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503", "csrf"])
def test_error_pages_do_not_ask_who_is_signed_in(name):
    class Unreachable:
        def __getattr__(self, name: str) -> object:
            raise AssertionError("the database may be what failed")

    html = render_to_string(f"errors/{name}.html", {"user": Unreachable(), "messages": Unreachable()})
    assert html.count("<h1") == 1


def test_what_was_sent_comes_back_as_a_retry_form():
    html = render_to_string(
        "errors/503.html", {"retry_url": "/cases/new/", "retry_fields": [("alias", '<"')]}
    )
    assert 'action="/cases/new/"' in html
    assert 'name="alias" value="&lt;&quot;"' in html


def test_every_component_says_what_it_takes():
    folder = next(iter(Engine.get_default().dirs)) / "components"
    silent = [path.name for path in folder.glob("*.html") if "{% comment %}" not in path.read_text()[:120]]
    assert silent == []
