"""Works with the client that was made from the document of the own surface: a declaration is created, read, amended, printed.

Argument: FOLDER|URL|TOKEN|ITEM, where FOLDER holds the package `own`.
"""

import sys
from datetime import datetime, timezone

folder, url, token, item = sys.argv[1].split("|")
sys.path.insert(0, folder)

from own import AuthenticatedClient
from own.api.declarations import create_declaration, list_declarations, read_declaration, replace_declaration
from own.api.printing import print_document
from own.models import (
    ContentPiece,
    Declaration,
    DeclarationData,
    Event,
    ItemDocument,
    MailObject,
    NewDeclaration,
    Problem,
    Replacement,
)

client = AuthenticatedClient(base_url=url, token=token)
piece = ContentPiece(
    index=1, description="Men's cotton T-shirt, knitted", number=1, hs="610910", net_weight=0.3, amount=29.95,
    currency_cd="AUD", orig_country_cd="AU",
)
data = DeclarationData(
    sender_name="Harbour Books Pty", sender_address_line_1="12 Harbour Street", sender_city="Sydney", sender_zip="2000",
    sender_country_cd="AU", recipient_name="Jo Beispiel", recipient_address_line_1="Lindenweg 4",
    recipient_city="Köln", recipient_zip="50674", recipient_country_cd="DE", recipient_email="jo@mail-de.net",
    gross_weight=1.25, nature_type_cd="11", handling_class_cd="N", postage=23.4, postage_currency_cd="AUD",
    content_pieces=[piece],
)
post = MailObject(
    id=item, orig_post_org_cd="AUA", dest_post_org_cd="DEA", mail_class_cd="E", mail_category_cd="A",
    posting_dt=datetime(2026, 11, 20, 10, tzinfo=timezone.utc),
)
new = NewDeclaration(mail_object=post, declaration=Declaration(data=data), event=Event.FINAL)
created = create_declaration.sync_detailed(client=client, body=new, x_entrepost_user="clerk", idempotency_key=item)
assert created.status_code == 201, created.content

read = read_declaration.sync_detailed(item, client=client)
assert isinstance(read.parsed, ItemDocument), read.content
assert read.parsed.declaration.data.content_pieces[0].amount == 29.95, read.content
assert read.parsed.light.light == "Amber" and not read.parsed.light.may_proceed, read.content

declaration = read.parsed.declaration
declaration.data.gross_weight = 2
amended = replace_declaration.sync_detailed(
    item, client=client, body=Replacement(declaration=declaration), if_match=read.headers["etag"], x_entrepost_user="clerk"
)
assert amended.status_code == 200 and amended.parsed.version == 2, amended.content
stale = replace_declaration.sync_detailed(
    item, client=client, body=Replacement(declaration=declaration), if_match=read.headers["etag"], x_entrepost_user="clerk"
)
assert stale.status_code == 412 and isinstance(stale.parsed, Problem), stale.content

page = list_declarations.sync(client=client, item_id=item, limit=1)
assert [one.item_id for one in page.items] == [item], page
file = print_document.sync_detailed(item, "cn23", client=client)
assert file.content.startswith(b"%PDF-"), file.content[:200]
print("created, read, amended, printed")
