"""Works with the client that was made from the contract document: client.py URL."""

import sys

from entrepost import AuthenticatedClient
from entrepost.api.declarations import create_or_update_declarations, store_declaration
from entrepost.api.look_ups import convert_currency, get_hs_codes
from entrepost.api.printing import print_
from entrepost.api.referrals import check_item_status
from entrepost.api.retrieval import get_customs_status, load
from entrepost.api.service import load_ref_data_cocktail
from entrepost.models import (
    CdsView,
    CheckItemStatusBody,
    CheckItemStatusRequest,
    ContentPiece,
    ConvertCurrencyBody,
    CreateOrUpdateDeclarationsBody,
    Declaration,
    DeclarationData,
    Error,
    GetCustomsStatusBody,
    GetHsCodesBody,
    LoadBody,
    LoadRefDataCocktailBody,
    MailObject,
    PrintBody,
    StoreDeclarationBody,
    StoreDeclarationBodyEvtCd,
)

ITEM = "EE410000289AU"


def declaration(amount):
    piece = ContentPiece(
        index=1, description="Men's cotton T-shirt, knitted", number=1, hs="610910", net_weight=0.3, amount=amount,
        currency_cd="AUD", orig_country_cd="AU",
    )
    return Declaration(data=DeclarationData(
        sender_name="Harbour Books Pty", sender_address_line_1="12 Harbour Street", sender_city="Sydney", sender_zip="2000",
        sender_country_cd="AU", recipient_name="Jo Beispiel", recipient_address_line_1="Lindenweg 4",
        recipient_city="Köln", recipient_zip="50674", recipient_country_cd="DE", recipient_email="jo@mail-de.net",
        gross_weight=1.25, nature_type_cd="11", handling_class_cd="N", postage=23.4, postage_currency_cd="AUD",
        content_pieces=[piece],
    ))


def main(url):
    client = AuthenticatedClient(base_url=url, token="b5507016-7da2-4777-a161-1e8042a6a377")
    post = MailObject(
        id=ITEM, orig_post_org_cd="AUA", dest_post_org_cd="DEA", mail_class_cd="E", mail_category_cd="A",
        posting_dt="2026-11-20T10:00:00Z",
    )
    final = StoreDeclarationBodyEvtCd.VALUE_2
    body = StoreDeclarationBody(mail_object=post, decl=declaration(29.95), evt_cd=final, user_cd="clerk")
    stored = store_declaration.sync_detailed(client=client, body=body, idempotency_key="one")
    assert stored.status_code == 200, stored.content
    assert "x-entrepost-warnings" in stored.headers

    asked = GetCustomsStatusBody(id=ITEM, postal_org_cd="AUA", flow="O")
    view = get_customs_status.sync(client=client, body=asked).get_customs_status_result
    assert view.mail_object.id == ITEM and view.declaration.data.content_pieces[0].amount == 29.95, view
    nothing = get_customs_status.sync(client=client, body=GetCustomsStatusBody(id="EE410000292AU", postal_org_cd="AUA"))
    assert nothing.get_customs_status_result is None, nothing

    refused = StoreDeclarationBody(mail_object=MailObject(id="no id"), decl=declaration(1), evt_cd=final, user_cd="clerk")
    error = store_declaration.sync(client=client, body=refused)
    assert isinstance(error, Error) and error.details[0].path == "mailObject.Id", error

    views = [CdsView(mail_object=post, declaration=declaration(31)), CdsView(mail_object=MailObject(id="no id"))]
    many = CreateOrUpdateDeclarationsBody(cds_views=views, user_cd="clerk")
    each = create_or_update_declarations.sync(client=client, body=many, prefer="outcome=per-item").outcomes
    assert [one.outcome for one in each] == ["stored", "refused"], each

    page = load.sync_detailed(client=client, body=LoadBody(records_limit=1))
    assert len(page.parsed.load_result) == 1 and page.headers["x-next-cursor"], page.headers
    asked = CheckItemStatusBody(items=[CheckItemStatusRequest(item_id=ITEM)])
    status = check_item_status.sync(client=client, body=asked).check_item_status_result[0]
    assert status.item_id == ITEM and status.light in ("Green", "Amber", "Red"), status
    assert get_hs_codes.sync(client=client, body=GetHsCodesBody(good_description="cotton t-shirt")).get_hs_codes_result
    lists = load_ref_data_cocktail.sync(client=client, body=LoadRefDataCocktailBody()).load_ref_data_cocktail_result
    assert any(country.code == "DE" for country in lists.countries)
    body = ConvertCurrencyBody(from_currency_cd="USD", to_currency_cd="EUR", amount=10)
    assert convert_currency.sync(client=client, body=body).convert_currency_result > 0
    printed = print_.sync_detailed(client=client, body=PrintBody(mail_item_ids=[ITEM], user_cd="clerk"))
    assert printed.content.startswith(b"%PDF-"), printed.content[:200]
    print("the Python client stores, reads, is refused, pages and prints")


main(sys.argv[1])
