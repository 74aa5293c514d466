"""The file of a person, from the first report to what the person asks of it, by whom it concerns."""

import re
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.http import urlencode

from audit import clock
from referral.disclosure import releasable
from referral.enums import Group, TaskKind
from referral.models import Case, GroupReferral, Referral, Task
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.attaching import PDF
from tests.referral.pages import press, sign_in
from tests.referral.story import TOLD_ALOUD, Story, form_of
from tests.working import work

#: What is typed into the boxes, beside the default person of the cast. Each word stands nowhere in the product.
TYPED = {
    "hours": "après midi canari",
    "words": "dites canari quatre",
    "who": "la tante canari",
    "address": "7 impasse Canari",
    "alert": "besoin signalé canari",
    "half": "à moitié dit canari",
    "reason": "danger canari",
    "safety": "sûreté canari",
    "view": "parole canari",
    "guardian": "oncle canari",
    "number": "N° 99-Canari",
    "name_on_order": "Nom Ordonnance Canari",
    "said_by": "Voix canari au bout",
    "label": "lit canari",
    "body": "message canari",
    "otherwise": "reconnue canari",
    "declined": "toit canari",
    "withdrawn": "motif canari",
    "hand_over": "relais canari",
    "note": "note canari",
    "corrected": "santé corrigée canari",
    "witness": "Témoin Canari",
    "title": "ordonnance canari du juge",
    "original_name": "papiers de Canari.pdf",
    "original_place": "tiroir canari",
    "content": "contenu canari de la pièce",
    "guardian_name": "Tante Canari",
    "guardian_phone": "+221 77 000 00 97",
    "guardian_why": "prudence canari",
    "assent": "je veux canari",
    "original": "armoire canari",
    "basis": "fondement canari",
    "risk": "menace canari",
    "goal": "métier canari",
    "own_words": "rêve canari",
    "given_up": "renoncement canari",
    "heard": "nouvelle canari",
    "transfer": "départ canari",
    "message": "consigne canari",
    "word": "mot convenu canari",
    "imported": "Dossier 12 Canari",
    "purpose": "usage canari",
    "landing": "plage canari",
    "split": "séparées canari",
    "asked": "demande dite canari",
    "answered": "réponse dite canari",
    "held": "procès canari",
}
BORN = date(1991, 3, 17)


def before_the_case(story: Story, trace: Any) -> None:
    """The desk gives its address; the caseworker's connection breaks in the middle of a form."""
    region = str(story.cast.region.pk)
    story.does("codou", reverse("site-new"), name="Maison B", region=region, address=TYPED["address"])
    site = story.cast.centre.sites.get(name="Maison B")
    assert (
        TYPED["address"]
        in story.browser("codou").post(reverse("site-reveal", args=[site.pk])).content.decode()
    )
    half = reverse("draft_save", args=["intake", "00000000-0000-0000-0000-000000000000"])
    story.browser("aissatou").post(half, {"narrative": TYPED["half"]})
    assert TYPED["half"] in story.reads("aissatou", "case_new_page")
    topic = "00000000-0000-4000-8000-000000000001", "story"
    story.browser("aissatou").post(
        reverse("draft_save", args=["guided_story", topic[0]]), {"narrative": TYPED["half"]}
    )
    assert TYPED["half"] in story.reads("aissatou", "intake_topic", *topic)


def person(**more: Any) -> dict[str, Any]:
    return (
        c.WOMAN | {name: TYPED[name] for name in ("hours", "words", "who")} | {"channels": ["phone"]} | more
    )


def a_report(story: Story, trace: Any) -> None:
    typed = {
        name: value
        for name, value in form_of(person()).items()
        if name not in ("risk", "narrative", "health")
    }
    typed |= {"needs": TYPED["alert"], "region": story.cast.region.code}
    story.does("gora", reverse("alert_new"), told="aissatou bineta", **typed)
    case = Case.objects.get()
    story.does("aissatou", reverse("case_take_in", args=[case.pk]))
    everything(story, case)


def a_child(story: Story, trace: Any) -> None:
    """On a legal ground, with a title; declined, and the task that follows is done by hand."""
    cast = story.cast
    case = story.opens_case(**person(age_status="child", age_band="9-13", children=[]))
    elements = {"exploitation": ["SN_DAARA_BEGGING"], "non_punishment": "yes"}
    story.does("aissatou", reverse("case_screening", args=[case.pk]), **elements)
    taken = {"card": "accepted", "card_answer": TYPED["word"]}
    story.does("aissatou", reverse("case_card", args=[case.pk]), **taken)
    story.reads("aissatou", "card_print", case.pk)
    found = {"code": case.cards.get().code, "answer": TYPED["word"]}
    story.browser("bineta").post(reverse("cards"), found | {"key": str(case.pk)})
    to = urlencode({"to": f"{cast.centre.pk}:SHELTER_EMERG", "ask": "1"})
    answers = {name: TYPED[name] for name in ("safety", "view", "guardian")}
    story.does("aissatou", f"{reverse('ground', args=[case.pk])}?{to}", told="bineta", **answers)
    ground = case.grounds.get()
    assert TYPED["guardian"] in story.reads("bineta", "ground_decide", ground.pk)
    story.does("bineta", reverse("ground_decide", args=[ground.pk]), told="aissatou", approve="yes")
    vital = {"code": "vital_danger", "reason": TYPED["reason"]}
    story.does("aissatou", f"{reverse('ground', args=[case.pk])}?{to}", told="bineta", **vital)
    story.reads("bineta", "ground_decide", case.grounds.get(code="vital_danger").pk)
    today = clock.now().date()
    paper = {name: TYPED[name] for name in ("number", "name_on_order")}
    day = {f"issued_on_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    title = reverse("title", args=[case.pk])
    story.does("aissatou", title, action="requisition", court=str(cast.court.pk), **paper, **day)
    story.does("habib", reverse("title_confirm", args=[case.titles.get().pk]), told="aissatou")
    a_paper(story, case)
    an_aunt(story, case)
    referral = story.drafts(case, cast.centre, "SHELTER_EMERG")
    story.sends(referral, told="codou")
    why = {"reason_code": "OTHER", "reason": TYPED["declined"]}
    story.acts("codou", referral, "decline", told="aissatou", **why)
    assert TYPED["declined"] in story.reads("aissatou", "referral", referral.pk)
    task = Task.objects.get(kind=TaskKind.REDIRECT, done_at=None)
    story.does("aissatou", reverse("task_done", args=[task.pk]), note=TYPED["note"])
    everything(story, case)


def a_paper(story: Story, case: Case) -> None:
    """It is put into the file, read by the supervisor, who sees what is written about it, and stays there."""
    content = PDF.replace(b"papier canari", TYPED["content"].encode())
    file = SimpleUploadedFile(TYPED["original_name"], content)
    about = {name: TYPED[name] for name in ("title", "original_place")}
    story.does("aissatou", reverse("attachment_add", args=[case.pk]), kind="custody", upload=file, **about)
    pk, why = case.attachments.get().pk, {"reason": "supervise"}
    assert story.browser("bineta").post(reverse("attachment", args=[pk]), why).context["opened"]
    assert story.browser("bineta").post(reverse("attachment_file", args=[pk]), why).content == content


def an_aunt(story: Story, case: Case) -> None:
    """She stands beside the child, and is not assessed; the child says what it wants without her."""
    known = {"relation": "relative", "name": TYPED["guardian_name"], "phone": TYPED["guardian_phone"]}
    story.does("aissatou", reverse("guardian_new", args=[case.pk]), **known)
    aunt = case.guardians.get()
    careful = {"standing": "suspected", "reason": TYPED["guardian_why"]}
    story.does("aissatou", reverse("guardian_standing", args=[aunt.pk]), told="bineta", **careful)
    why = story.browser("bineta").post(reverse("guardian_reason", args=[aunt.pk]), {"reason": "supervise"})
    assert TYPED["guardian_why"] in why.content.decode()
    assert TYPED["guardian_name"] in story.reads("aissatou", "guardians", case.pk)
    to = urlencode({"to": f"{story.cast.ngo.pk}:MHPSS", "ask": "1"})
    cells = {f"cell_{story.cast.ngo.pk.hex}_services_{group}": "no" for group in releasable("MHPSS", Group)}
    said = {"point_agrees": "yes", "assent": TYPED["assent"], "original": TYPED["original"]}
    story.does("aissatou", f"{reverse('consent', args=[case.pk])}?{to}", **TOLD_ALOUD | said | cells)
    for query in ("", f"?talk={case.talks.get().pk}"):
        story.browser("aissatou").get(reverse("consent_sheet", args=[case.pk]) + query)


def an_adult_at_the_centre(story: Story, trace: Any) -> None:
    """From consent to the bed, by telephone, questions, messages and an onward proposal."""
    cast = story.cast
    born = {f"birth_date_{part}": str(getattr(BORN, part)) for part in ("day", "month", "year")}
    url = story.does(
        "aissatou",
        reverse("case_new_page"),
        **form_of(person(age_status="adult", age_band="30-47"))
        | {name: TYPED[name] for name in ("hours", "words", "who")},
        **born,
        channels=["phone"],
        region=cast.region.code,
        first_needs=["SHELTER_EMERG"],
        declined=["story"],
    )
    case = Case.objects.get(pk=re.findall(r"[0-9a-f-]{36}", url)[0])
    the_same_woman(story, case, url)
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    story.acts("codou", referral, "acknowledge", told="aissatou")
    story.acts("codou", referral, "request_info", told="aissatou", codes=["LANGUAGE"])
    story.acts("aissatou", referral, "answer", told="codou", answer_LANGUAGE="LANGUAGE_ESCORT")
    said = {"yes": "yes", "said_by": TYPED["said_by"]}
    story.acts("aissatou", referral, "record_telephone_answer", told="codou", **said)
    accepted = {"conflict": "no", "worker": str(cast.daouda.pk), "label": TYPED["label"]}
    story.acts("codou", referral, "accept", told="aissatou", **accepted)
    assert TYPED["label"] in story.reads("codou", "referral", referral.pk)
    story.does("codou", story.page_of_act(referral, "write"), told="aissatou", body=TYPED["body"])
    assert TYPED["body"] in story.reads("aissatou", "referral", referral.pk)
    story.reads("aissatou", "referral_print", referral.pk)
    story.acts("daouda", referral, "start", told="aissatou", identified_otherwise=TYPED["otherwise"])
    story.acts("daouda", referral, "propose_onward", told="aissatou", service="MHPSS")
    for who in ("codou", "elisabeth", "daouda"):
        story.reads(who, "referral_shared", referral.pk)
    edit = f"{reverse('case_edit', args=[case.pk])}?part=health"
    story.does("aissatou", edit, health=TYPED["corrected"])
    trace.look()  # before the keys of what was shared are destroyed


def the_same_woman(story: Story, case: Case, url: str) -> None:
    """Her paper is written down; one file looks like another's, here and in another organisation."""
    edit = f"{reverse('case_edit', args=[case.pk])}?part=documents"
    story.does("aissatou", edit, **{name: c.SECRETS[name] for name in ("document_number", "documents")})
    assert url == reverse("case_duplicates", args=[case.pk])
    asked = [name for name in story.browser("aissatou").get(url).context["form"].fields if "pair_" in name]
    story.does("aissatou", url, **dict.fromkeys(asked, "not_sure"))
    names = {name: c.SECRETS[name] for name in ("family_name", "given_names")}
    for typed in (names, {"phone": c.SECRETS["phone"]}, {"document_number": c.SECRETS["document_number"]}):
        answer = story.browser("aissatou").post(reverse("case_search"), typed)
        assert answer.context["rows"], typed
    theirs = story.opens_case("daouda", **person())
    work("referral.duplicates")
    queue = story.browser("ibrahima").get(reverse("duplicates"))
    assert queue.context["rows"], theirs
    for row in queue.context["rows"]:
        story.does("ibrahima", row["url"], told="aissatou daouda", decision="same", telephone="on")
    for task in Task.objects.filter(kind=TaskKind.COMPARE_CALL):
        assert task.owner is not None
        story.reads(task.owner.name.lower(), "task_done", task.pk)
    everything(story, case)


def the_end_of_it(story: Story, trace: Any) -> None:
    referral = Referral.objects.get(state="in_service")
    ending = {
        "reason_code": "OTHER",
        "reason": TYPED["withdrawn"],
        "hand_over": TYPED["hand_over"],
        "safe": "yes",
    }
    story.acts("aissatou", referral, "withdraw", told="codou", **ending)
    assert TYPED["withdrawn"] in story.reads("aissatou", "referral", referral.pk)
    story.reads("codou", "referral_extract", referral.pk)
    story.does("codou", reverse("referral_departure", args=[referral.pk]), told="aissatou")
    everything(story, referral.case)


def the_course_of_it(story: Story, trace: Any) -> None:
    """Status, risk, plan, follow-up; then another house takes the case over."""
    cast, case = story.cast, Case.objects.get(person__age_band="30-47")

    def at(name: str) -> str:
        return reverse(name, args=[case.pk])

    def on(field: str, day: date) -> dict[str, str]:
        return {f"{field}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}

    today = clock.now().date()
    status = {"status": "ActualVictimOfTrafficking", "decider": "Police", "basis": TYPED["basis"]}
    story.does("aissatou", at("case_status"), **status, **on("decided_on", today))
    story.does("aissatou", at("case_risk"), risk="low", dimensions=["health"], note=TYPED["risk"])
    story.does("aissatou", at("plan_begin"))
    goal = {"goal": TYPED["goal"], "own_words": TYPED["own_words"], "service": "VOC"}
    story.does("aissatou", at("goal_new"), **goal, **on("target_on", today + timedelta(days=30)))
    ending = {"result": "given_up", "reason": TYPED["given_up"]}
    story.does("aissatou", reverse("goal_end", args=[case.plangoals.get().pk]), **ending)
    story.does("aissatou", at("case_follow"), answer="well", note=TYPED["heard"])
    for name in ("case_status", "case_risk", "plan", "plan_print", "case_follow", "case_services"):
        story.reads("aissatou", name, case.pk)
    over = {"reason": TYPED["transfer"], "message": TYPED["message"]}
    to = f"{at('case_transfer')}?to={cast.centre.pk}"
    why = {"groups": ["identity", "contact"], "reason_code": "AdditionalServicesRequired"}
    story.does("aissatou", to, told="bineta", **why, **over)
    asked = Task.objects.get(kind=TaskKind.APPROVE_TRANSFER)
    decide = reverse("task_decide", args=[asked.pk])
    story.does("bineta", decide, told="aissatou daouda elisabeth", approve="yes")
    transfer = case.transfers.get()
    story.reads("daouda", "transfer", transfer.pk)
    story.does("daouda", reverse("transfer_accept", args=[transfer.pk]), told="aissatou bineta")
    for who in ("aissatou", "daouda"):
        story.reads(who, "transfer", transfer.pk)


def registers(story: Story, trace: Any) -> None:
    """One comes in with a fault, then without; and what it held goes out again."""
    cast, heads = story.cast, b"prs_FirstName,prs_Gender,x_Dossier\r\n"
    given = {"owner": str(cast.aissatou.pk), "region": str(cast.region.pk)}
    row = f"Mariama Canari,%s,{TYPED['imported']}\r\n"
    for gender, status in (("Fille", 200), ("Feminine", 302)):
        file = SimpleUploadedFile("registre.csv", heads + (row % gender).encode())
        answer = press(story.browser("bineta"), reverse("import_new"), file=file, **given)
        assert answer.status_code == status
    story.does("bineta", answer["Location"])
    work()
    case = Case.objects.get(imported__isnull=False)
    page = story.browser("aissatou").post(reverse("case_imported", args=[case.pk]), {"reason": "care"})
    assert TYPED["imported"] in page.content.decode()
    asked = {"profile": "template", "purpose": TYPED["purpose"]}
    url = story.does("aissatou", reverse("export_new"), **asked)
    assert TYPED["purpose"] in story.browser("bineta").get(url).content.decode()
    story.does("bineta", url, approve="yes")
    work()
    assert story.browser("aissatou").get(f"{url}file/").status_code == 200


def two_sisters_of_a_rescue(story: Story, trace: Any) -> None:
    """Counted, written down line by line; one of them is referred by herself, and why is kept for the sender's side."""
    cast = story.cast
    arrival = a.open_arrival(cast, 2, note=TYPED["landing"])
    sister = {"age": "21-29", "family": "A", "alias": c.SECRETS["alias"]}
    assert a.enter(cast, arrival, a.line(1, **sister), a.line(2, **sister)).status_code == 302
    story.agrees(a.case_of(arrival, 1), cast.centre, "SHELTER_EMERG")
    story.does("aissatou", a.refer_url(cast, arrival, [1]), told="codou", split_reason=TYPED["split"])
    group = GroupReferral.objects.get()
    assert TYPED["landing"] in story.reads("bineta", "arrival", arrival.pk)
    assert TYPED["split"] in story.reads("bineta", "group_referral", group.pk)
    assert TYPED["split"] not in story.reads("codou", "group_referral", group.pk)
    story.reads("aissatou", "arrival_slips", arrival.pk)


def the_person_s_rights(story: Story, trace: Any) -> None:
    """The person asks what is held and is told; a hold is laid on the file; what was corrected is looked up."""
    case = Referral.objects.get(service="SHELTER_EMERG", state="withdrawn").case
    new = {"kind": "access", "identified": "known", "note": TYPED["asked"]}
    url = story.does("aissatou", reverse("request_new", args=[case.pk]), **new)
    story.browser("aissatou").post(f"{url}report/")
    story.does("aissatou", url, result="partly", answer=TYPED["answered"])
    assert TYPED["answered"] in story.browser("bineta").get(url).content.decode()
    story.does("bineta", reverse("case_hold", args=[case.pk]), told="aissatou", reason=TYPED["held"])
    assert TYPED["held"] in story.reads("bineta", "case_hold", case.pk)
    story.browser("bineta").post(reverse("case_changes", args=[case.pk]), {"reason": "rights"})
    everything(story, case)


def everything(story: Story, case: Case) -> None:
    """Every part of the file is opened, printed and read back by those who may."""
    groups = ["identity", "contact", "needs", "health", "legal", "narrative", "documents", "screening"]
    for who in ("aissatou", "bineta"):
        story.browser(who).post(reverse("case_reveal", args=[case.pk]), {"groups": groups, "reason": "care"})
        for name in ("case", "case_looks", "case_print"):
            story.reads(who, name, case.pk)


def those_who_look(story: Story, trace: Any) -> None:
    """Everybody opens their lists, and the links of their notices."""
    for who, user in story.cast.people.items():
        browser = sign_in(user)
        for page in (
            "home",
            "inbox",
            "cases",
            "arrivals",
            "referrals",
            "notices",
            "tasks",
            "routing",
            "alerts",
            "titles",
            "places",
        ):
            browser.get(reverse(page))
        browser.get(f"{reverse('inbox')}?show=ended")
        for notice in user.notices.all():
            browser.get(reverse("notice", args=[notice.pk]))
        assert who
