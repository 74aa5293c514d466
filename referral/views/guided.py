"""A new file, one decision a page: the list of topics between, the answers checked, then one press opens it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.forms.boundfield import BoundField
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from partners.models import Region
from partners.views.door import confirmation
from referral.forms.acts import ActForm
from referral.forms.opening import QUESTIONS, OpeningForm
from referral.lifecycle import NotPossible
from referral.queries.intakes import Begun, begun_by, half_typed
from referral.references import spoken
from referral.services import intakes
from referral.services.drafts import save_draft
from referral.topics import COMPULSORY, DECLINABLE, Topic
from referral.views import pairs, words
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import as_typed, fill, resume, typed_in
from referral.views.intake import require_opener

PARTS = (
    (gettext_lazy("What cannot wait"), COMPULSORY),
    (
        gettext_lazy("The person"),
        (
            Topic.AGE,
            Topic.SEX,
            Topic.PLACE,
            Topic.LANGUAGE,
            Topic.CALLED,
            Topic.IDENTITY,
            Topic.CONTACT,
        ),
    ),
    (
        gettext_lazy("What happened"),
        (Topic.JOURNEY, Topic.CONTROL, Topic.EXPLOITATION, Topic.CIRCUMSTANCES),
    ),
    (gettext_lazy("Care"), (Topic.CHILDREN, Topic.HEALTH, Topic.STORY, Topic.CARD)),
)
#: What a topic that nobody has spoken about counts as.
UNSAID = {
    Topic.AGE: gettext_lazy("Not asked yet: not known, and so treated as a child"),
    Topic.SEX: gettext_lazy("Not asked yet: not known"),
    Topic.PLACE: gettext_lazy("Not asked yet: the region of your organisation"),
    Topic.CONTACT: gettext_lazy("Not asked yet: do not contact"),
    Topic.CARD: gettext_lazy("Not offered"),
}
#: One sentence more, where the question alone would press.
TOLD = {
    Topic.CALLED: gettext_lazy("A name is never compulsory. Whoever gives none is helped all the same."),
    Topic.IDENTITY: gettext_lazy("Only if the person wishes to give them."),
    Topic.CONTACT: gettext_lazy("Unless the person says otherwise, nobody contacts the person."),
    Topic.JOURNEY: gettext_lazy("Tick what was told. Do not ask for a story: none is needed to help."),
    Topic.CONTROL: gettext_lazy("Tick what was told. Do not ask for a story: none is needed to help."),
    Topic.CHILDREN: gettext_lazy("How many, by age."),
    Topic.STORY: gettext_lazy("Not needed to refer. It never leaves the file without consent."),
}


def lines(begun: Iterable[Begun]) -> list[dict[str, Any]]:
    """Begun intakes by their times: a screen that somebody passes says nothing of a person."""
    return [
        {"url": reverse("intake", args=[each.about]), "saved_at": each.saved_at, "until": each.until}
        for each in begun
    ]


@require_GET
def case_new(request: ActingRequest) -> HttpResponse:
    """Where to begin, what was begun; every person has an intake of their own, named by a random id."""
    require_opener(request)
    return render(
        request,
        "referral/intake/start.html",
        {
            "begun": lines(begun_by(request.actor, now())),
            "begin_url": reverse("intake_topic", args=[uuid4(), Topic.DANGER]),
            "back_url": reverse("cases"),
        },
    )


@require_GET
def topics(request: ActingRequest, about: UUID) -> HttpResponse:
    """What is answered and what can wait."""
    require_opener(request)
    kept = intakes.load_intake(by=request.actor, at=now(), about=about)
    begun = half_typed(request.actor, about, now())
    return render(
        request,
        "referral/intake/topics.html",
        {
            "parts": [
                {"title": title, "tasks": [_task(about, topic, kept, begun) for topic in each]}
                for title, each in PARTS
            ],
            "ready": all(topic in kept["typed"] for topic in COMPULSORY),
            "check_url": reverse("intake_check", args=[about]),
            "drop_url": reverse("intake_drop", args=[about]),
            "back_url": reverse("case_new"),
        },
    )


def _task(about: UUID, topic: Topic, kept: Mapping[str, Any], begun: frozenset[str]) -> dict[str, Any]:
    if topic in begun:
        status = _("Begun")
    elif topic in kept["declined"]:
        status = _("Does not wish to answer")
    elif topic in kept["typed"]:
        status = _("Nothing noted")
    else:
        status = "" if topic in COMPULSORY else _("Can wait")
    return {
        "title": topic.label,
        "url": _address(about, topic),
        "done": topic not in begun and _is_noted(kept["typed"].get(topic, {})),
        "status": status,
    }


def _is_noted(typed: Mapping[str, Sequence[str]]) -> bool:
    """A page that was sent without a word on it answers nothing: the name of its topic is the page's, not a word."""
    return any(value.strip() for name, values in typed.items() if name != "topic" for value in values)


def _address(about: UUID, topic: Topic, *, from_check: bool = False) -> str:
    return reverse("intake_topic", args=[about, topic.value]) + ("?from=check" if from_check else "")


@require_http_methods(["GET", "POST"])
def question(request: ActingRequest, about: UUID, topic: str) -> HttpResponse:
    """One topic. Its answer is kept at once, and kept again when it is changed: nothing is acted on yet."""
    require_opener(request)
    if topic not in Topic:
        raise Http404
    asked = Topic(topic)
    kept_by: dict[str, Any] = {"by": request.actor, "at": now(), "about": about}
    if "later" in request.POST:
        save_draft(form=intakes.page_of(asked), values=typed_in(request.POST), **kept_by)
        messages.success(request, _("What you typed is kept for seven days, for you alone."))
        return redirect("case_new")
    if "declined_topic" in request.POST and asked in DECLINABLE:
        intakes.keep_answer(topic=asked, typed=None, **kept_by)
        return _onward(request, about, asked)
    form = OpeningForm(request.POST if request.method == "POST" else None, only=QUESTIONS[asked])
    if form.is_valid():
        intakes.keep_answer(topic=asked, typed=typed_in(request.POST), **kept_by)
        return _onward(request, about, asked)
    if not form.is_bound:
        _recall(request, form, asked, intakes.load_intake(**kept_by))
    place = list(Topic).index(asked)
    before = _address(about, list(Topic)[place - 1]) if place else reverse("intake", args=[about])
    return render(
        request,
        "referral/intake/question.html",
        {
            "form": form,
            "topic": asked.value,
            "title": asked.label,
            "text": TOLD.get(asked, ""),
            "caption": _("Step %(place)d of %(count)d") % {"place": place + 1, "count": len(Topic)},
            "may_decline": asked in DECLINABLE,
            "list_url": reverse("intake", args=[about]),
            "back_url": reverse("intake_check", args=[about]) if _from_check(request) else before,
            **resume(request, form, intakes.page_of(asked), about),
        },
    )


def _from_check(request: ActingRequest) -> bool:
    return request.GET.get("from") == "check"


def _recall(request: ActingRequest, form: OpeningForm, topic: Topic, kept: Mapping[str, Any]) -> None:
    """Shows what was answered; the region of the organisation where nobody has said another."""
    if topic == Topic.PLACE:
        form.initial["region"] = Region.objects.get(organisations=request.actor.organisation_id)
    if topic in kept["typed"]:
        fill(form, kept["typed"][topic])


def _onward(request: ActingRequest, about: UUID, topic: Topic) -> HttpResponse:
    """The next topic that nobody has spoken about; back to the answers when one came from there."""
    if _from_check(request):
        return redirect("intake_check", about)
    kept = intakes.load_intake(by=request.actor, at=now(), about=about)
    done = {*kept["typed"], *kept["declined"]}
    order = list(Topic)
    coming = next((each for each in order[order.index(topic) + 1 :] if each not in done), None)
    return HttpResponseRedirect(_address(about, coming) if coming else reverse("intake_check", args=[about]))


@require_http_methods(["GET", "POST"])
def check(request: ActingRequest, about: UUID) -> HttpResponse:
    """Every answer with its way back; all of them are read once more as one form, so that none contradicts another."""
    require_opener(request)
    kept = intakes.load_intake(by=request.actor, at=now(), about=about)
    answers = _read(kept)
    problems = _problems(request, about, answers)
    form = ActForm(request.POST if request.method == "POST" else None)

    def act(cleaned: dict[str, Any]) -> str:
        if problems:
            raise NotPossible([_("The file cannot be opened yet.")])
        if not intakes.drop_intake(by=request.actor, about=about):
            raise NotPossible([_("This intake is no longer there: it was opened, or thrown away.")])
        case = intakes.open_case(
            by=request.actor,
            at=now(),
            region=answers.cleaned_data["region"],
            person=answers.person_values(),
            case=answers.case_values(),
            elements=answers.screening_values(),
            card=answers.card_values(),
        )
        messages.success(
            request,
            _("The case is open. Its reference is %(reference)s.") % {"reference": spoken(case.reference)},
        )
        return pairs.after_saving(request.actor, case.pk)

    done = perform(request, form, act)
    return done or render(
        request,
        "referral/intake/check.html",
        {
            "form": form,
            "problems": problems,
            "parts": [
                {"title": title, "topics": [_answered(about, topic, kept, answers) for topic in each]}
                for title, each in PARTS
            ],
            "back_url": reverse("intake", args=[about]),
        },
    )


def _read(kept: Mapping[str, Any]) -> OpeningForm:
    typed = as_typed({name: values for page in kept["typed"].values() for name, values in page.items()})
    typed.setlist("declined", [topic for topic in kept["declined"] if topic in DECLINABLE])
    typed["key"] = str(uuid4())
    return OpeningForm(typed)


def _problems(request: ActingRequest, about: UUID, answers: OpeningForm) -> list[dict[str, str]]:
    """What stands against opening the file, each with the page on which it is put right."""
    found = [
        {"url": _address(about, each, from_check=True), "message": message}
        for topic, names in QUESTIONS.items()
        for name in names
        for sentence in answers.errors.get(name, [])
        for each, message in _where(topic, name, str(sentence))
    ]
    begun = half_typed(request.actor, about, now())
    return found + [
        {
            "url": _address(about, topic, from_check=True),
            "message": _("%(page)s: you began this page and did not finish it.") % {"page": topic.label},
        }
        for topic in Topic
        if topic in begun
    ]


def _where(topic: Topic, name: str, sentence: str) -> list[tuple[Topic, str]]:
    """The pages on which it may be put right: the date of birth contradicts an answer that another page asked."""
    if name != "birth_date":
        return [(topic, sentence)]
    return [
        (each, _("%(page)s: %(problem)s") % {"page": each.label, "problem": sentence})
        for each in (topic, Topic.AGE)
    ]


def _answered(about: UUID, topic: Topic, kept: Mapping[str, Any], answers: OpeningForm) -> dict[str, Any]:
    rows = []
    if topic in kept["typed"]:
        rows = [row for name in QUESTIONS[topic] if (row := _row(answers[name], answers))["value"]]
        status = "" if rows else _("Nothing noted")
    elif topic in kept["declined"]:
        status = _("Does not wish to answer")
    else:
        status = str(UNSAID.get(topic, _("Not asked yet")))
    return {
        "title": topic.label,
        "url": _address(about, topic, from_check=True),
        "rows": rows,
        "status": status,
    }


def _said(field: BoundField, answers: OpeningForm) -> Any:
    """Also what contradicts another answer, and is no longer among those that hold together."""
    if field.name in answers.cleaned_data:
        return answers.cleaned_data[field.name]
    try:
        return field.field.clean(field.data)
    except forms.ValidationError:
        return None


def _row(field: BoundField, answers: OpeningForm) -> dict[str, Any]:
    """A question and its answer in words."""
    value = _said(field, answers)
    if isinstance(field.field, forms.ModelChoiceField):
        shown = str(value or "")
    elif isinstance(field.field, forms.ChoiceField):
        choices: Iterable[Any] = field.field.choices  # type: ignore[assignment]  # a list by now
        labels = {str(code): str(label) for code, label in choices}
        raw = field.value() or []
        chosen = raw if isinstance(raw, list | tuple) else [raw]
        shown = words.listed([labels[str(code)] for code in chosen if str(code) in labels])
    elif isinstance(field.field, forms.BooleanField):
        shown = _("Yes") if value else ""
    else:
        shown = words.worded(field.name, value)
    free = isinstance(field.field, forms.CharField | forms.DateField)
    return {"key": field.label, "value": shown, "pii": free}


@require_http_methods(["GET", "POST"])
def drop(request: ActingRequest, about: UUID) -> HttpResponse:
    """Everything typed for this person is thrown away, with its keys."""
    require_opener(request)
    form = ActForm(request.POST if request.method == "POST" else None)

    def act(cleaned: dict[str, Any]) -> str:
        intakes.drop_intake(by=request.actor, about=about)
        messages.success(request, _("The intake is thrown away."))
        return reverse("case_new")

    return perform(request, form, act) or confirmation(
        request,
        form,
        title=_("Throw this intake away?"),
        text=_("No file was opened. What you typed for this person is destroyed."),
        undo=_("This cannot be undone."),
        danger=True,
        submit=_("Throw it away"),
        cancel_url=reverse("intake", args=[about]),
    )
