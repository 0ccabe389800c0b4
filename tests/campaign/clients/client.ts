// Works with the types that were made from the contract document: client.js URL.
import createClient from "openapi-fetch";
import type { components, paths } from "./entrepost.js";

declare const process: { argv: string[] };

const ITEM = "EE410000289AU";
const client = createClient<paths>({
    baseUrl: process.argv[2],
    headers: { Authorization: "Bearer b5507016-7da2-4777-a161-1e8042a6a377" },
});

function must(holds: unknown, what: unknown): asserts holds {
    if (!holds) throw new Error(JSON.stringify(what));
}

const declaration = (amount: number): components["schemas"]["Declaration"] => ({
    Data: {
        SenderName: "Harbour Books Pty", SenderAddressLine1: "12 Harbour Street", SenderCity: "Sydney", SenderZIP: "2000",
        SenderCountryCd: "AU", RecipientName: "Jo Beispiel", RecipientAddressLine1: "Lindenweg 4", RecipientCity: "Köln",
        RecipientZIP: "50674", RecipientCountryCd: "DE", RecipientEmail: "jo@mail-de.net", GrossWeight: 1.25,
        NatureTypeCd: "11", HandlingClassCd: "N", Postage: 23.4, PostageCurrencyCd: "AUD",
        ContentPieces: [{
            Index: 1, Description: "Men's cotton T-shirt, knitted", Number: 1, HS: "610910", NetWeight: 0.3,
            Amount: amount, CurrencyCd: "AUD", OrigCountryCd: "AU",
        }],
    },
});
const mailObject = {
    Id: ITEM, OrigPostOrgCd: "AUA", DestPostOrgCd: "DEA", MailClassCd: "E", MailCategoryCd: "A",
    PostingDt: "2026-11-20T10:00:00Z",
};

const stored = await client.POST("/StoreDeclaration", {
    body: { mailObject, decl: declaration(29.95), evtCd: 2, userCd: "clerk" },
    params: { header: { "Idempotency-Key": "one" } },
});
must(stored.response.status === 200, stored.error);

const view = await client.POST("/GetCustomsStatus", { body: { id: ITEM, postalOrgCd: "AUA", flow: "O" } });
must(view.data?.GetCustomsStatusResult?.Declaration?.Data?.ContentPieces?.[0]?.Amount === 29.95, view);
const nothing = await client.POST("/GetCustomsStatus", { body: { id: "EE410000292AU", postalOrgCd: "AUA" } });
must(nothing.data?.GetCustomsStatusResult === null, nothing);

const refused = await client.POST("/StoreDeclaration", {
    body: { mailObject: { Id: "no id" }, decl: declaration(1), evtCd: 2, userCd: "clerk" },
});
must(refused.error?.Details[0]?.Path === "mailObject.Id", refused);

const many = await client.POST("/CreateOrUpdateDeclarations", {
    body: { cdsViews: [{ MailObject: mailObject, Declaration: declaration(31) }, { MailObject: { Id: "no id" } }], userCd: "clerk" },
    params: { header: { Prefer: "outcome=per-item" } },
});
must(many.data?.Outcomes?.map((one) => one.Outcome).join() === "stored,refused", many);

const page = await client.POST("/Load", { body: { recordsLimit: 1 } });
must(page.data?.LoadResult.length === 1 && page.response.headers.get("x-next-cursor"), page);
const status = await client.POST("/CheckItemStatus", { body: { Items: [{ ItemId: ITEM }] } });
must(status.data?.CheckItemStatusResult[0]?.ItemId === ITEM, status);
const lists = await client.POST("/LoadRefDataCocktail", { body: {} });
must(lists.data?.LoadRefDataCocktailResult.Countries?.some((country) => country.Code === "DE"), lists);
const file = await client.POST("/print", { body: { mailItemIds: [ITEM], userCd: "clerk" }, parseAs: "text" });
must((file.data as unknown as string).startsWith("%PDF-"), file.error);
console.log("the TypeScript client stores, reads, is refused, pages and prints");
