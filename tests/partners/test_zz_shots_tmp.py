import os, shutil
from pathlib import Path
import pytest
from playwright.sync_api import sync_playwright
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from partners.services import provision
from partners.services.provision import Offering
from partners.services import accounts
from partners.enums import Role
from partners.models import Invitation, User
from audit import clock
from tests.partners.conftest import seat, region

OUT=Path("/tmp/relais/shots"); OUT.mkdir(exist_ok=True)

@pytest.mark.django_db(transaction=True, databases=["default","audit"])
def test_shots(live_server, administrator, focal_point, caseworker, stranger, unit, site, places, centre, at):
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
    from datetime import timedelta
    old = provision.open_places(focal_point.actor, site, group="women", capacity=6, at=at - timedelta(days=9))
    boys = provision.open_places(focal_point.actor, site, group="boys", capacity=4, at=at)
    from django.db import transaction
    with transaction.atomic():
        for _ in range(2): provision.hold_place(boys.pk)
        provision.occupy_place(boys.pk)
    provision.set_full_tonight(focal_point.actor, boys.pk, 4, at=at)
    provision.edit_places(focal_point.actor, places.pk, 1, capacity=3, occupied=4, overflow=True, at=at)
    for c in ("SHELTER_EMERG","MHPSS","LEGAL"): provision.add_service(focal_point.actor, Offering(code=c, site=site))
    _i, token = accounts.offer_seat(centre, email="n@example.org", name="Nouvelle Personne", roles=[Role.SUPERVISOR], at=at)
    inv = Invitation.objects.get(email="n@example.org")
    new = seat(centre, Role.CASEWORKER, name="Neuf"); u=User.objects.get(pk=new.user.pk); u.undertaking_accepted_at=None; 
    with transaction.atomic(): u.save()
    m = focal_point.user.memberships.get()
    R = reverse
    pages = {
      administrator: [R("people"), R("person",args=[focal_point.user.pk]), R("person-invite"), R("role-add",args=[focal_point.user.pk]), R("role-end",args=[m.pk]), R("person-deactivate",args=[focal_point.user.pk]), R("invitation-revoke",args=[inv.pk]), R("organisations"), R("organisation-new"), R("organisation",args=[centre.pk]), R("organisation-suspend",args=[centre.pk]), R("regions"), R("region",args=[region().pk]), R("codes"), R("code-list",args=["decline_reason"]), R("code-add",args=["service"])],
      focal_point: [R("places"), R("places-edit",args=[places.pk]), R("places-new"), R("offering"), R("site-new"), R("site-edit",args=[site.pk]), R("service-new")],
      stranger: [R("directory"), R("directory")+"?region=SN-DK&kind=reception_centre", R("directory")+"?service=AVRR", R("national-unit")],
      new: [R("undertaking")],
      None: [R("account_login"), R("invitation",args=[token]), R("invitation",args=["x"])],
    }
    bad=[]
    only=os.environ.get("ONLY","")
    with sync_playwright() as p:
        b=p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox","--disable-gpu"])
        for who, urls in pages.items():
            for width in (1280,360):
                ctx=b.new_context(viewport={"width":width,"height":800}, locale="fr-FR")
                if who: ctx.add_cookies([{"name":"session","value":who.client.cookies["session"].value,"url":live_server.url}])
                page=ctx.new_page()
                page.on("console", lambda l: bad.append(("console",l.text)) if l.type=="error" else None)
                for u in urls:
                    if only and only not in u: continue
                    page.goto(live_server.url+u)
                    name=u.strip("/").replace("/","_").replace("?","-")[:60] or "x"
                    import re as _re
                    name=_re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}","ID",name)
                    page.screenshot(path=str(OUT/f"{name}_{width}.png"), full_page=True)
                    over=page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    if over>0: bad.append((u,width,"overflow",over))
                    r=Axe().run(page)
                    for v in r.response["violations"]:
                        bad.append((u,width,v["id"],[n["html"][:160] for n in v["nodes"]][:2]))
                ctx.close()
        b.close()
    for x in bad: print(x)
    assert not bad
