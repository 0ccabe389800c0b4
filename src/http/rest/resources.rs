//! Every resource under `/v1`: the single source for routes, the document of this surface and its access tests.

use super::ask;
use super::{
    declarations, dialogue, documents, events, history, ingestions, items, lights, offers, reference, senders,
    subscriptions,
};
use crate::contract::event::{EventList, EventView, ReaderList};
use crate::contract::ingestion::{
    DeclarationEvent, FindingPage, IngestionList, IngestionReceipt, IngestionView, Movement, NewDeclaration, NewEntries,
};
use crate::contract::item_status::CheckItemStatusResult;
use crate::contract::own::{
    BatchView, CodeList, CopyView, DocumentList, GoodPage, HistoryView, HsCodes, ItemDocument, ItemLight, ItemPage,
    JudgedView, LightHistory, ListNames, MadeView, ManyLights, NXTPORT, OfferReceipt, Requirements, RestrictionList,
    ServicePage, StatusList, StoredView, VersionView,
};
use crate::contract::sender::SenderPage;
use crate::contract::subscription::{
    DeliveryList, DeliveryView, GoOn, KeyMade, NewKey, NewReplay, NewSubscription, ReplayList, ReplayView,
    SubscriptionChanges, SubscriptionList, SubscriptionMade, SubscriptionView, TestCall, TestResult,
};
use crate::contract::{MarketedGood, PostalService, SenderProfile, WatchdogInfo};
use crate::domain::{Flow, Light, Scope};
use crate::http::error::ErrorForm;
use crate::http::operation::{
    Answer, Content, Door, Operation, Parameter, ParameterKind, Resource, SchemaOf, inline, named,
};
use crate::http::pipeline::permission::{Callers, Permission};
use crate::http::upload::FORM_DATA;
use crate::limits;

/// What a resource answers in unless its row says otherwise.
const VALUES: &[&str] = &["application/json", ask::XML];

macro_rules! or {
    ($default:expr) => {
        $default
    };
    ($default:expr, $given:expr) => {
        $given
    };
}

macro_rules! resources {
    ($($family:literal { $(
        $verb:ident $path:literal $name:ident $callers:ident [$($scope:ident),*] $summary:literal {
            $(remarks: $remarks:literal,)?
            $(writes: $writes:literal,)?
            $(query: $query:expr,)?
            $(body: $body:ty,)?
            $(files: $files:expr,)?
            $(offers: $offers:expr,)?
            $(headers: $headers:expr,)?
            answers: $answers:expr,
            problems: $problems:expr,
            run: $run:path,
        }
    )* })*) => {
        pub(in crate::http) static RESOURCES: &[Operation] = &[$($(Operation {
            path: $path,
            name: stringify!($name),
            family: $family,
            summary: $summary,
            remarks: or!("" $(, $remarks)?),
            door: Door::Resource(Resource {
                verb: stringify!($verb),
                permission: Permission { callers: Callers::$callers, scopes: &[$(Scope::$scope),*] },
                writes: or!(!matches!(stringify!($verb).as_bytes(), b"GET") $(, $writes)?),
                query: or!(&[] $(, $query)?),
                body: or!(None $(, Some(named::<$body>))?),
                files: or!(&[] $(, $files)?),
                offers: or!(VALUES $(, $offers)?),
                run: |request, shared, payload, resource| Box::pin(ask::serve(request, shared, payload, resource, $run)),
            }),
            errors: ErrorForm::Problem,
            headers: or!(&[] $(, $headers)?),
            answers: $answers,
            refusals: $problems,
        },)*)*];
    };
}

const fn parameter(name: &'static str, kind: ParameterKind, says: &'static str) -> Parameter {
    Parameter { name, kind, says }
}

const ETAG: (&str, &str) = ("ETag", "The version; send it as If-Match with a change, as If-None-Match with a read.");
const LOCATION: (&str, &str) = ("Location", "Where it is.");
const IF_MATCH: (&str, &str) = ("If-Match", "ETag of the version that is changed; needed.");
const IF_MATCH_GIVEN: (&str, &str) = ("If-Match", "ETag of the version that is meant; any when absent.");
const IF_NONE_MATCH: (&str, &str) = ("If-None-Match", "ETags of the versions that the client has.");

const NOT_THERE: (&str, &str) = ("404", "It is not there, or not yours.");
const SEVERAL: (&str, &str) = ("409", "Several items have this id: `links` says where each is.");
const CONFLICT: (&str, &str) =
    ("409", "The state does not allow it (`state`), or several items have this id (`ambiguous`).");
const STANDS_OTHERWISE: (&str, &str) = ("409", "As it stands this cannot be done; the message says how it stands.");
const CHANGED: (&str, &str) = ("412", "It was changed since the version that If-Match names.");
const VERSION_NEEDED: (&str, &str) = ("428", "If-Match is needed.");
const EXPIRED: (&str, &str) = ("410", "The events that the cursor leads to are not kept any more.");
const ERASED: (&str, &str) = ("410", "The text of this version was erased.");

const fn json(status: &'static str, says: &'static str, schema: SchemaOf) -> Answer {
    Answer { status, says, content: Content::Json(schema), headers: &[], or_error: false }
}

const fn tagged(status: &'static str, says: &'static str, schema: SchemaOf) -> Answer {
    Answer { headers: &[ETAG], ..json(status, says, schema) }
}

const fn created(says: &'static str, schema: SchemaOf) -> Answer {
    Answer { headers: &[LOCATION, ETAG], ..json("201", says, schema) }
}

const fn created_untagged(says: &'static str, schema: SchemaOf) -> Answer {
    Answer { headers: &[LOCATION], ..json("201", says, schema) }
}

const KNOWN: Answer = Answer {
    status: "304",
    says: "The client has this version.",
    content: Content::Nothing,
    headers: &[ETAG],
    or_error: false,
};

/// The filters of a list of items, with what else stands in its query.
macro_rules! with_item_filters {
    ($($more:expr),+ $(,)?) => {
        &[
            parameter("itemId", ParameterKind::Text, "Only items with this id."),
            parameter("externalReference", ParameterKind::Text, "Only items that their declarer calls so."),
            parameter("post", ParameterKind::Text, "The post whose items are meant; of customs with several posts."),
            parameter("flow", ParameterKind::OneOf(Flow::NAMES), "As the post sees it."),
            parameter("origPost", ParameterKind::Text, "Origin post, three characters."),
            parameter("destPost", ParameterKind::Text, "Destination post, three characters."),
            parameter("partnerCountry", ParameterKind::Text, "Country at the other end, ISO 3166-1 alpha-2."),
            parameter("mailClass", ParameterKind::Text, "U letters, C parcels, E EMS, T empties."),
            parameter("mailState", ParameterKind::Number { most: 999 }, "Where the item is, for example 10."),
            parameter("state", ParameterKind::OneOf(DeclarationEvent::NAMES), "Where the declaration stands."),
            parameter("decision", ParameterKind::Text, "Code of the decision of the own customs."),
            parameter("light", ParameterKind::OneOf(Light::NAMES), "Colour of the light as it was judged last."),
            parameter("receptacle", ParameterKind::Text, "Only items in this receptacle or despatch (S9, S8)."),
            parameter(
                "q",
                ParameterKind::Text,
                "Only items with these words, each the beginning of one of: ids, names, cities. Words of under three letters are whole ones.",
            ),
            parameter("postedFrom", ParameterKind::Date, "Posting date from, inclusive."),
            parameter("postedTo", ParameterKind::Date, "Posting date to, inclusive; a date alone is the whole day."),
            $($more),+
        ]
    };
}

const PREFER_ASYNC: (&str, &str) = ("Prefer", "respond-async: answer at once, before it is stored.");

/// Of the items of a list.
const LIST_QUERY: &[Parameter] = with_item_filters![
    parameter(
        "changedSince",
        ParameterKind::Date,
        "Starts the change feed: what changed since, in the order of the changes.",
    ),
    parameter("limit", ParameterKind::Number { most: limits::REST_PAGE }, "Items of a page; 100 when absent."),
    parameter("cursor", ParameterKind::Text, "`nextCursor` of the page before; the filters stay the same."),
    parameter("count", ParameterKind::Flag, "Answer in X-Total-Count how many items match the filters."),
];

/// Of a list of deliveries.
const DELIVERY_QUERY: &[Parameter] = &[
    parameter("state", ParameterKind::OneOf(subscriptions::DELIVERY_STATES), "Only those that stand so."),
    parameter("item", ParameterKind::Text, "Only those about items with this id."),
    parameter("event", ParameterKind::Text, "Only that of the event with this id."),
    parameter("since", ParameterKind::Date, "Only those lined up since."),
    parameter("after", ParameterKind::Number { most: i32::MAX as usize }, "`next` of the page before."),
    parameter("limit", ParameterKind::Number { most: limits::EVENTS_MOST }, "Deliveries of a page; 100 when absent."),
];

/// Of the feed of events.
const EVENT_QUERY: &[Parameter] = &[
    parameter(
        "after",
        ParameterKind::Text,
        "`next` of the page before; the filters stay the same. The oldest event kept when absent.",
    ),
    parameter("reader", ParameterKind::Text, "Goes on from where this reader has acknowledged."),
    parameter(
        "type",
        ParameterKind::Text,
        "Only these types, separated by commas; light.* and the like mean all that begin so.",
    ),
    parameter("item", ParameterKind::Text, "Only events of items with this id."),
    parameter(
        "subscription",
        ParameterKind::Text,
        "What this subscription sends, with its numbers; `next` is the number of the last. Goes with `after` and `limit` \
         alone.",
    ),
    parameter("limit", ParameterKind::Number { most: limits::EVENTS_MOST }, "Events of a page; 100 when absent."),
    parameter(
        "wait",
        ParameterKind::Number { most: limits::EVENT_WAIT_S },
        "Seconds to wait where there is nothing yet.",
    ),
];

/// Workbooks.
const XLSX: &str = ingestions::XLSX;
const UNREADABLE: (&str, &str) =
    ("422", "The file cannot be read at all, or the idempotency key was used with another request.");
const TOTAL: (&str, &str) = ("X-Total-Count", "How many items there are in it.");
const FILE: Answer =
    Answer { status: "200", says: "The file.", content: Content::File(&[XLSX]), headers: &[NAMED], or_error: false };
const EXPORT: Answer = Answer { headers: &[NAMED, TOTAL], ..FILE };
const NAMED: (&str, &str) = ("Content-Disposition", "The name of the file.");

const DRY_RUN: Parameter = parameter("dryRun", ParameterKind::Flag, "Does everything but store.");
const MODE: Parameter = parameter(
    "mode",
    ParameterKind::OneOf(&["wholeItems", "all"]),
    "Each item on its own when absent; `all` stores all or none.",
);
const AGAIN: Parameter = parameter("again", ParameterKind::Flag, "Takes it in even if the same was sent within a day.");
const EVENT: Parameter = parameter(
    "event",
    ParameterKind::OneOf(DeclarationEvent::NAMES),
    "For what does not say itself; final when absent.",
);
const SHEET: Parameter =
    parameter("sheet", ParameterKind::Text, "The sheet that is meant; the first with keys when absent.");

const KIND: Parameter = parameter(
    "kind",
    ParameterKind::Word(ingestions::KIND_NAMES),
    "What it holds; declarations when absent. Goods and senders need write:catalogue besides, movements write:movements.",
);

/// Of an ingestion and of an import.
const INGESTION_QUERY: &[Parameter] = &[KIND, DRY_RUN, MODE, EVENT, SHEET, AGAIN];
/// Of a template.
const TEMPLATE_QUERY: &[Parameter] = &[TEMPLATE_LANGUAGE];
const TEMPLATE_LANGUAGE: Parameter =
    parameter("lang", ParameterKind::OneOf(reference::LANGUAGES), "Language of names and notes; EN when absent.");

/// Of an export.
const EXPORT_QUERY: &[Parameter] = with_item_filters![
    parameter("lang", ParameterKind::OneOf(reference::LANGUAGES), "Language of the names of columns; EN when absent."),
    parameter(
        "sep",
        ParameterKind::OneOf(&["comma", "semicolon", "tab"]),
        "Of CSV; the comma in English, else the semicolon.",
    ),
];

const POST_QUERY: &[Parameter] =
    &[parameter("post", ParameterKind::Text, "The post whose item is meant, where customs has several posts.")];

const LANE_FROM: Parameter = parameter("from", ParameterKind::Text, "Country of origin, ISO 3166-1 alpha-2; needed.");
const LANE_TO: Parameter = parameter("to", ParameterKind::Text, "Country of destination, ISO 3166-1 alpha-2; needed.");
const NEXT: (&str, &str) = ("Link", "Address of the next page, rel=next; absent on the last.");

const ORIGIN: Parameter = parameter(
    "origin",
    ParameterKind::Text,
    "Origin post (three characters) or country (two); only an item from there is meant.",
);
const DESTINATION: Parameter =
    parameter("destination", ParameterKind::Text, "Country that it is bound for; only an item to there is meant.");
const LANE: &[Parameter] = &[ORIGIN, DESTINATION];
const VOCABULARY: Parameter = parameter(
    "vocabulary",
    ParameterKind::OneOf(&[NXTPORT]),
    "Adds `value` to each light, `released` or `notreleased`, as terminals know it.",
);

const OF_NO_VERSION: Answer =
    Answer { status: "204", says: "Ended.", content: Content::Nothing, headers: &[], or_error: false };

const PDF_QUERY: &[Parameter] = &[
    parameter(
        "language",
        ParameterKind::OneOf(reference::LANGUAGES),
        "Second language beside English; FR when absent.",
    ),
    parameter("paper", ParameterKind::OneOf(documents::PAPERS), "The form's own size when absent."),
    parameter("copies", ParameterKind::Number { most: limits::PRINT_COPIES }, "Copies; 1 when absent."),
];

resources! {
    "Declarations" {
        POST "/v1/declarations" createDeclaration Posts [CreateMessages] "Stores a declaration." {
            remarks: "An item that is declared already is changed by it; to be sure of what is changed, use PUT or PATCH. A line may name \
                      own goods (`goodsReference`, their number) instead of saying what it is; an absent sender is the default one \
                      of `/v1/senders`. With `Prefer: respond-async` it is kept at once and stored a little later, as an \
                      ingestion of one.",
            body: NewDeclaration,
            headers: &[PREFER_ASYNC],
            answers: &[
                created("The item is declared now.", named::<StoredView>),
                tagged("200", "The item was declared before: changed, or unchanged.", named::<StoredView>),
                Answer {
                    headers: &[LOCATION, ("Preference-Applied", "That the answer does not wait for what becomes of it.")],
                    ..json("202", "Kept: what becomes of it is to be seen at the ingestion.", named::<IngestionReceipt>)
                },
            ],
            problems: &[NOT_THERE, CONFLICT],
            run: declarations::create,
        }
        POST "/v1/declarations/batch" createDeclarations Posts [CreateMessages] "Stores up to 1,000 declarations, each on its own." {
            query: &[parameter("atomic", ParameterKind::Flag, "All or none: one that is refused refuses all.")],
            body: declarations::NewDeclarations,
            answers: &[json("200", "What became of each, in the order sent.", named::<BatchView>)],
            problems: &[NOT_THERE, CONFLICT],
            run: declarations::create_many,
        }
        GET "/v1/declarations" listDeclarations PostsAndCustoms [ReadDeclarations] "Finds items, page by page." {
            remarks: "Follow the Link header with rel=next; no item is left out and none comes twice while others are added.",
            query: LIST_QUERY,
            answers: &[Answer {
                headers: &[
                    NEXT,
                    ("X-Total-Count", "With count=true: how many items match."),
                    ("X-More", "In the change feed: whether more has changed already."),
                ],
                ..json("200", "A page.", named::<ItemPage>)
            }],
            problems: &[NOT_THERE],
            run: declarations::list,
        }
        GET "/v1/declarations/{id}" readDeclaration PostsAndCustoms [ReadDeclarations] "An item with everything that is said of it." {
            query: POST_QUERY,
            headers: &[IF_NONE_MATCH],
            answers: &[tagged("200", "The item.", named::<ItemDocument>), KNOWN],
            problems: &[NOT_THERE, SEVERAL],
            run: declarations::read,
        }
        PUT "/v1/declarations/{id}" replaceDeclaration Posts [CreateMessages] "Puts another declaration in the place of the one that was read." {
            body: declarations::Replacement,
            headers: &[IF_MATCH],
            answers: &[
                tagged("200", "Changed, or unchanged.", named::<StoredView>),
                created("The item had no declaration before.", named::<StoredView>),
            ],
            problems: &[NOT_THERE, CONFLICT, CHANGED, VERSION_NEEDED],
            run: declarations::replace,
        }
        PATCH "/v1/declarations/{id}" patchDeclaration Posts [CreateMessages] "Changes members of the declaration that was read." {
            remarks: "A JSON merge patch (RFC 7396) on `mailObject` and `declaration`; lists are replaced as a whole.",
            body: declarations::Patch,
            headers: &[IF_MATCH],
            answers: &[
                tagged("200", "Changed, or unchanged.", named::<StoredView>),
                created("The item had no declaration before.", named::<StoredView>),
            ],
            problems: &[NOT_THERE, CONFLICT, CHANGED, VERSION_NEEDED],
            run: declarations::patch,
        }
        POST "/v1/declarations/{id}/submit" submitDeclaration Posts [CreateMessages] "Passes on a declaration that is there." {
            body: declarations::Submission,
            headers: &[IF_MATCH_GIVEN],
            answers: &[tagged("200", "Passed on.", named::<StoredView>)],
            problems: &[NOT_THERE, CONFLICT, CHANGED],
            run: declarations::submit,
        }
        POST "/v1/declarations/{id}/validate" validateDeclaration Posts [CreateMessages] "Says what the checks find in a declaration that is there; stores nothing." {
            writes: false,
            body: declarations::Submission,
            answers: &[json("200", "What was found.", named::<JudgedView>)],
            problems: &[NOT_THERE, SEVERAL],
            run: declarations::validate,
        }
        POST "/v1/declarations/{id}/withdrawal" withdrawDeclaration Posts [CreateMessages] "Takes a declaration back before the item has left." {
            remarks: "Partners that were told of it are told so; a draft is deleted. Declaring it again revives the item.",
            body: declarations::WithdrawalRequest,
            headers: &[IF_MATCH_GIVEN],
            answers: &[tagged("200", "Taken back.", named::<StoredView>)],
            problems: &[NOT_THERE, CONFLICT, CHANGED],
            run: declarations::withdraw,
        }
        POST "/v1/declarations/{id}/copies" copyDeclaration Posts [CreateMessages] "Makes a draft of another item of it, or an anonymous declaration." {
            body: declarations::CopyRequest,
            answers: &[created("The copy.", named::<CopyView>)],
            problems: &[NOT_THERE, CONFLICT],
            run: declarations::copy,
        }
        GET "/v1/declarations/{id}/history" readHistory PostsAndCustoms [ReadDeclarations] "Who did what to an item, and when." {
            answers: &[json("200", "The history.", named::<HistoryView>)],
            problems: &[NOT_THERE, SEVERAL],
            run: history::history,
        }
        GET "/v1/declarations/{id}/versions/{version}" readVersion PostsAndCustoms [ReadDeclarations] "What a version of a declaration says." {
            answers: &[json("200", "The version.", named::<VersionView>)],
            problems: &[NOT_THERE, SEVERAL, ERASED],
            run: history::version,
        }
    }
    "Bulk" {
        POST "/v1/ingestions" createIngestion Posts [CreateMessages] "Takes in up to 100,000 declarations, goods, senders or moves, to be stored one after the other." {
            remarks: "A list, an object a line (application/x-ndjson), CSV, or a workbook. The same bytes within a day are the same ingestion.",
            query: INGESTION_QUERY,
            body: NewEntries,
            files: &["application/x-ndjson", "text/csv", XLSX],
            answers: &[Answer { headers: &[LOCATION], ..json("202", "It is kept, and worked off from now on.", named::<IngestionReceipt>) }],
            problems: &[UNREADABLE],
            run: ingestions::create,
        }
        GET "/v1/ingestions" listIngestions Posts [CreateMessages] "The newest ingestions." {
            answers: &[json("200", "Without what was found.", named::<IngestionList>)],
            problems: &[],
            run: ingestions::list,
        }
        GET "/v1/ingestions/{ingestion}" readIngestion Posts [CreateMessages] "How far an ingestion is, and what came of it." {
            answers: &[json("200", "The report.", named::<IngestionView>)],
            problems: &[NOT_THERE],
            run: ingestions::read,
        }
        GET "/v1/ingestions/{ingestion}/findings" listFindings Posts [CreateMessages] "What was found in an ingestion." {
            query: &[parameter("cursor", ParameterKind::Text, "`nextCursor` of the page before.")],
            answers: &[Answer { headers: &[NEXT], ..json("200", "A page.", named::<FindingPage>) }],
            problems: &[NOT_THERE],
            run: ingestions::findings,
        }
        POST "/v1/imports" createImport Posts [CreateMessages] "Takes in a sheet: a workbook (.xlsx) or CSV." {
            remarks: "As the body, or as the part `file` of a form. Up to 1,000 rows are answered with the report at once. A JSON list is taken as well, as /v1/ingestions does.",
            query: INGESTION_QUERY,
            body: NewEntries,
            files: &[XLSX, "text/csv", FORM_DATA],
            answers: &[
                json("200", "The report.", named::<IngestionView>),
                Answer { headers: &[LOCATION], ..json("202", "It is kept, and worked off from now on.", named::<IngestionView>) },
            ],
            problems: &[UNREADABLE],
            run: ingestions::import,
        }
        GET "/v1/imports/{ingestion}" readImport Posts [CreateMessages] "How far an import is, and what came of it." {
            answers: &[json("200", "The report.", named::<IngestionView>)],
            problems: &[NOT_THERE],
            run: ingestions::read,
        }
        GET "/v1/imports/{ingestion}/refused.xlsx" readRefusedRows Posts [CreateMessages] "The rows that were refused, as a workbook to be corrected and sent again." {
            offers: &[XLSX],
            answers: &[FILE],
            problems: &[NOT_THERE, ("410", "What was sent is not kept any more.")],
            run: ingestions::refused,
        }
        GET "/v1/exports/declarations.xlsx" exportWorkbook PostsAndCustoms [ReadDeclarations] "Items as a workbook, which can be changed and imported." {
            query: EXPORT_QUERY,
            offers: &[XLSX],
            answers: &[EXPORT],
            problems: &[NOT_THERE],
            run: ingestions::export_workbook,
        }
        GET "/v1/exports/declarations.csv" exportCsv PostsAndCustoms [ReadDeclarations] "Items as CSV, which can be changed and imported." {
            query: EXPORT_QUERY,
            offers: &["text/csv"],
            answers: &[Answer { content: Content::File(&["text/csv"]), ..EXPORT }],
            problems: &[NOT_THERE],
            run: ingestions::export_csv,
        }
        GET "/v1/exports/declarations.json" exportJson PostsAndCustoms [ReadDeclarations] "Items as a list." {
            query: EXPORT_QUERY,
            offers: &["application/json"],
            answers: &[Answer { headers: &[TOTAL], ..json("200", "The items.", inline::<Vec<crate::contract::own::ListedItem>>) }],
            problems: &[NOT_THERE],
            run: ingestions::export_json,
        }
        GET "/v1/sheets/declarations.xlsx" readTemplate Posts [ReadReference] "The workbook to begin with: columns, notes, drop-downs." {
            query: &[
                TEMPLATE_LANGUAGE,
                parameter("lane", ParameterKind::Text, "Marks the columns that are needed, for example AU-DE."),
            ],
            offers: &[XLSX],
            answers: &[FILE],
            problems: &[],
            run: ingestions::declaration_sheet,
        }
        GET "/v1/sheets/goods.xlsx" readGoodsTemplate Posts [ReadReference] "The same for goods that the caller offers." {
            query: TEMPLATE_QUERY,
            offers: &[XLSX],
            answers: &[FILE],
            problems: &[],
            run: ingestions::goods_sheet,
        }
        GET "/v1/sheets/senders.xlsx" readSendersTemplate Posts [ReadReference] "The same for sender profiles." {
            query: TEMPLATE_QUERY,
            offers: &[XLSX],
            answers: &[FILE],
            problems: &[],
            run: ingestions::senders_sheet,
        }
        GET "/v1/sheets/movements.xlsx" readMovementsTemplate Posts [ReadReference] "The same for moves of items." {
            query: TEMPLATE_QUERY,
            offers: &[XLSX],
            answers: &[FILE],
            problems: &[],
            run: ingestions::movements_sheet,
        }
    }
    "Printing" {
        GET "/v1/declarations/{id}/documents" listDocuments PostsAndCustoms [ReadDocuments] "What an item can be printed as." {
            answers: &[json("200", "The documents.", named::<DocumentList>)],
            problems: &[NOT_THERE, SEVERAL],
            run: documents::list,
        }
        GET "/v1/declarations/{id}/documents/{document}" printDocument PostsAndCustoms [ReadDocuments] "A document of an item as PDF/A: cn22, cn23, label or dutynote." {
            query: PDF_QUERY,
            offers: &["application/pdf"],
            headers: &[IF_NONE_MATCH],
            answers: &[
                Answer {
                    status: "200",
                    says: "The file.",
                    content: Content::File(&["application/pdf"]),
                    headers: &[ETAG, ("Content-Disposition", "A name for the file.")],
                    or_error: false,
                },
                KNOWN,
            ],
            problems: &[NOT_THERE, SEVERAL],
            run: documents::pdf,
        }
    }
    "Decisions and referrals" {
        POST "/v1/declarations/{id}/responses" createResponse PostsAndCustoms [WriteResponses] "Stores a decision of customs on an item." {
            remarks: "Of customs on its items, or entered by a post on its behalf.",
            body: dialogue::NewResponse,
            answers: &[created_untagged("It stands on the item.", named::<MadeView>)],
            problems: &[NOT_THERE, CONFLICT],
            run: dialogue::respond,
        }
        POST "/v1/declarations/{id}/referrals" createReferral PostsAndCustoms [WriteReferrals] "Asks the origin of an inbound item." {
            body: dialogue::NewReferral,
            answers: &[created_untagged("It was asked.", named::<MadeView>)],
            problems: &[NOT_THERE, CONFLICT],
            run: dialogue::refer,
        }
        POST "/v1/declarations/{id}/referrals/{reference}/answers" answerReferral Posts [WriteReferrals] "Answers what was asked about an outbound item." {
            body: dialogue::NewAnswer,
            answers: &[created_untagged("It was answered.", named::<MadeView>)],
            problems: &[NOT_THERE, CONFLICT],
            run: dialogue::answer,
        }
    }
    "Items" {
        GET "/v1/items/{id}" readItem PostsAndCustoms [ReadItems] "The status of an item; what is not known is amber." {
            query: LANE,
            answers: &[json("200", "The status.", named::<CheckItemStatusResult>)],
            problems: &[NOT_THERE, SEVERAL],
            run: items::status,
        }
        POST "/v1/items/status" readItems PostsAndCustoms [ReadItems] "The status of up to 1,000 items." {
            writes: false,
            body: items::AskedItems,
            answers: &[json("200", "The status of each, in the order asked.", named::<StatusList>)],
            problems: &[],
            run: items::statuses,
        }
        GET "/v1/items/{id}/watchdog" readWatchdog PostsAndCustoms [ReadItems] "The gravest mark in force on an item id." {
            query: &[parameter("origin", ParameterKind::Text, "Only marks on items of this post, or of any.")],
            answers: &[json("200", "The mark; Clear where there is none.", named::<WatchdogInfo>)],
            problems: &[NOT_THERE, SEVERAL],
            run: items::mark_of,
        }
        PUT "/v1/items/{id}/watchdog" setWatchdog PostsAndCustoms [WriteWatchdog] "Sets or clears the caller's mark on an item id." {
            body: items::Marking,
            answers: &[json("200", "The gravest mark in force now.", named::<WatchdogInfo>)],
            problems: &[NOT_THERE, CONFLICT],
            run: items::mark,
        }
        POST "/v1/movements" createMovement Posts [WriteMovements] "Says where an item is." {
            body: Movement,
            answers: &[tagged("200", "It is there.", named::<StoredView>)],
            problems: &[NOT_THERE, CONFLICT],
            run: items::move_item,
        }
    }
    "Offers" {
        GET "/v1/goods" listGoods PostsAndCustoms [ReadReference] "Goods of a seller, or offered to a buyer; the caller's own when neither is named." {
            query: &[
                parameter("seller", ParameterKind::Text, "The post that sells."),
                parameter("buyer", ParameterKind::Text, "Offered to this organization, or to everyone."),
                parameter("withInvalid", ParameterKind::Flag, "Also own goods that are not valid now."),
                parameter("withRestrictions", ParameterKind::Flag, "With what the buyer's country has against them."),
                parameter("limit", ParameterKind::Number { most: limits::REST_PAGE }, "Goods of a page; 100 when absent."),
                parameter("cursor", ParameterKind::Text, "`nextCursor` of the page before."),
            ],
            answers: &[Answer { headers: &[NEXT], ..json("200", "A page.", named::<GoodPage>) }],
            problems: &[NOT_THERE],
            run: offers::goods,
        }
        POST "/v1/goods" createGood Posts [WriteCatalogue] "Offers goods." {
            body: MarketedGood,
            answers: &[
                created("They are offered.", named::<OfferReceipt>),
                tagged("200", "The same goods are offered already.", named::<OfferReceipt>),
            ],
            problems: &[NOT_THERE],
            run: offers::add_good,
        }
        GET "/v1/goods/{number}" readGood Posts [ReadReference] "Own goods by their number." {
            headers: &[IF_NONE_MATCH],
            answers: &[tagged("200", "The goods.", named::<MarketedGood>), KNOWN],
            problems: &[NOT_THERE],
            run: offers::good,
        }
        PUT "/v1/goods/{number}" replaceGood Posts [WriteCatalogue] "Changes own goods." {
            body: MarketedGood,
            headers: &[IF_MATCH],
            answers: &[tagged("200", "Changed, or unchanged.", named::<OfferReceipt>)],
            problems: &[NOT_THERE, CHANGED, VERSION_NEEDED],
            run: offers::put_good,
        }
        DELETE "/v1/goods/{number}" endGood Posts [WriteCatalogue] "Ends an offer of goods now." {
            headers: &[IF_MATCH_GIVEN],
            answers: &[OF_NO_VERSION],
            problems: &[NOT_THERE, CHANGED],
            run: offers::end_good,
        }
        GET "/v1/services" listServices PostsAndCustoms [ReadReference] "Postal services from one post to another that are valid now." {
            query: &[
                parameter("origin", ParameterKind::Text, "The post that offers; the caller when absent."),
                parameter("destination", ParameterKind::Text, "The post the services go to; needed."),
            ],
            answers: &[json("200", "The services.", named::<ServicePage>)],
            problems: &[NOT_THERE],
            run: offers::services,
        }
        POST "/v1/services" createService Posts [WriteCatalogue] "Offers a postal service." {
            body: PostalService,
            answers: &[
                created("It is offered.", named::<OfferReceipt>),
                tagged("200", "The same service is offered already.", named::<OfferReceipt>),
            ],
            problems: &[NOT_THERE],
            run: offers::add_service,
        }
        GET "/v1/services/{service}" readService Posts [ReadReference] "An own service by its id." {
            headers: &[IF_NONE_MATCH],
            answers: &[tagged("200", "The service.", named::<PostalService>), KNOWN],
            problems: &[NOT_THERE],
            run: offers::service,
        }
        PUT "/v1/services/{service}" replaceService Posts [WriteCatalogue] "Changes an own service." {
            body: PostalService,
            headers: &[IF_MATCH],
            answers: &[tagged("200", "Changed, or unchanged.", named::<OfferReceipt>)],
            problems: &[NOT_THERE, CHANGED, VERSION_NEEDED],
            run: offers::put_service,
        }
        DELETE "/v1/services/{service}" endService Posts [WriteCatalogue] "Ends an own service now." {
            headers: &[IF_MATCH_GIVEN],
            answers: &[OF_NO_VERSION],
            problems: &[NOT_THERE, CHANGED],
            run: offers::end_service,
        }
    }
    "Senders" {
        GET "/v1/senders" listSenders Posts [ReadReference] "Who sends, for declarations that do not say." {
            query: &[
                parameter("limit", ParameterKind::Number { most: limits::REST_PAGE }, "Senders of a page; 100 when absent."),
                parameter("cursor", ParameterKind::Text, "`nextCursor` of the page before."),
            ],
            answers: &[Answer { headers: &[NEXT], ..json("200", "A page, by reference.", named::<SenderPage>) }],
            problems: &[],
            run: senders::list,
        }
        POST "/v1/senders" createSender Posts [WriteCatalogue] "Keeps a sender." {
            remarks: "A declaration under `/v1` without any sender is completed by the sender that is the client's own default, \
                      else by the one that is everybody's; `EP.Enriched` beside it names what was filled in. Whoever a sender \
                      is made the default of has no other default any more.",
            body: SenderProfile,
            answers: &[
                created("It is kept.", named::<OfferReceipt>),
                tagged("200", "The same sender is kept already.", named::<OfferReceipt>),
            ],
            problems: &[STANDS_OTHERWISE],
            run: senders::create,
        }
        GET "/v1/senders/{reference}" readSender Posts [ReadReference] "A sender by its reference." {
            headers: &[IF_NONE_MATCH],
            answers: &[tagged("200", "The sender.", named::<SenderProfile>), KNOWN],
            problems: &[NOT_THERE],
            run: senders::read,
        }
        PUT "/v1/senders/{reference}" replaceSender Posts [WriteCatalogue] "Changes a sender." {
            body: SenderProfile,
            headers: &[IF_MATCH],
            answers: &[tagged("200", "Changed, or unchanged.", named::<OfferReceipt>)],
            problems: &[NOT_THERE, CHANGED, VERSION_NEEDED],
            run: senders::replace,
        }
        DELETE "/v1/senders/{reference}" removeSender Posts [WriteCatalogue] "Takes a sender away." {
            headers: &[IF_MATCH_GIVEN],
            answers: &[OF_NO_VERSION],
            problems: &[NOT_THERE, CHANGED],
            run: senders::remove,
        }
    }
    "Reference" {
        GET "/v1/reference" listLists PostsAndCustoms [ReadReference] "The code lists that there are." {
            answers: &[json("200", "Their names.", named::<ListNames>)],
            problems: &[],
            run: reference::lists,
        }
        GET "/v1/reference/{list}" readList PostsAndCustoms [ReadReference] "A code list as the caller's customs uses it." {
            query: &[parameter("language", ParameterKind::OneOf(reference::LANGUAGES), "EN when absent.")],
            headers: &[IF_NONE_MATCH],
            answers: &[tagged("200", "The list.", named::<CodeList>), KNOWN],
            problems: &[NOT_THERE],
            run: reference::list,
        }
        GET "/v1/hs-codes" findHsCodes PostsAndCustoms [ReadReference] "HS codes for goods, best first." {
            query: &[parameter("q", ParameterKind::Text, "What the goods are, in one of nine languages; needed.")],
            answers: &[json("200", "At most ten codes.", named::<HsCodes>)],
            problems: &[],
            run: reference::hs_codes,
        }
        GET "/v1/restrictions" findRestrictions PostsAndCustoms [ReadReference] "What a destination and the UPU have against goods." {
            query: &[
                LANE_FROM,
                LANE_TO,
                parameter("hs", ParameterKind::Text, "HS code of the goods, 2 to 14 digits."),
                parameter("description", ParameterKind::Text, "What the goods are; short English words work best."),
            ],
            answers: &[json("200", "What was found.", named::<RestrictionList>)],
            problems: &[],
            run: reference::restrictions,
        }
        GET "/v1/requirements" readRequirements PostsAndCustoms [ReadReference] "What is asked of a declaration today from one country to another." {
            query: &[LANE_FROM, LANE_TO, parameter("class", ParameterKind::Text, "U letters, C parcels, E EMS, T empties.")],
            answers: &[json("200", "Rules with their strictness, limits, and how much is restricted.", named::<Requirements>)],
            problems: &[],
            run: reference::requirements,
        }
    }
    "Events" {
        GET "/v1/events" listEvents PostsAndCustoms [ReadEvents] "What happened to items, as a feed." {
            remarks: "Keep `next` and send it as `after`. The first call of an organization begins the feed; what happens from then on is in it. Each event comes at least once; its `id` never changes. Names and codes only: read the item for what it is about.",
            query: EVENT_QUERY,
            answers: &[json("200", "A page, perhaps empty.", named::<EventList>)],
            problems: &[NOT_THERE, EXPIRED],
            run: events::list,
        }
        GET "/v1/events/{id}" readEvent PostsAndCustoms [ReadEvents] "One event." {
            answers: &[json("200", "The event.", named::<EventView>)],
            problems: &[NOT_THERE],
            run: events::one,
        }
        GET "/v1/readers" listReaders PostsAndCustoms [ReadEvents] "Who reads the feed under a name of its own." {
            answers: &[json("200", "The readers, by name.", named::<ReaderList>)],
            problems: &[],
            run: events::readers,
        }
        PUT "/v1/readers/{name}" acknowledgeEvents PostsAndCustoms [ReadEvents] "Acknowledges what a reader is done with; makes one that is new." {
            remarks: "GET /v1/events?reader=name goes on from here; what was not acknowledged comes again.",
            body: events::Acknowledgement,
            answers: &[Answer { status: "204", says: "Noted.", content: Content::Nothing, headers: &[], or_error: false }],
            problems: &[NOT_THERE],
            run: events::acknowledge,
        }
        DELETE "/v1/readers/{name}" forgetReader PostsAndCustoms [ReadEvents] "Forgets a reader." {
            answers: &[Answer { status: "204", says: "Forgotten.", content: Content::Nothing, headers: &[], or_error: false }],
            problems: &[NOT_THERE],
            run: events::forget,
        }
    }
    "Subscriptions" {
        GET "/v1/subscriptions" listSubscriptions PostsAndCustoms [ReadSubscriptions] "Where events are sent." {
            answers: &[json("200", "The subscriptions, the oldest first.", named::<SubscriptionList>)],
            problems: &[],
            run: subscriptions::list,
        }
        POST "/v1/subscriptions" createSubscription PostsAndCustoms [CreateSubscriptions] "Has events sent to an address." {
            remarks: "The receiver is sent a signed challenge within a second and has to repeat it: `{\"challenge\":\"…\"}`. Until then it is sent nothing. `secret` is shown this once.",
            body: NewSubscription,
            answers: &[created_untagged("It was made.", named::<SubscriptionMade>)],
            problems: &[],
            run: subscriptions::create,
        }
        GET "/v1/subscriptions/{id}" readSubscription PostsAndCustoms [ReadSubscriptions] "One subscription, and how its receiver fares." {
            answers: &[json("200", "The subscription.", named::<SubscriptionView>)],
            problems: &[NOT_THERE],
            run: subscriptions::one,
        }
        PATCH "/v1/subscriptions/{id}" changeSubscription PostsAndCustoms [CreateSubscriptions] "Changes what is stated; another address has to answer a challenge first." {
            body: SubscriptionChanges,
            answers: &[json("200", "The subscription.", named::<SubscriptionView>)],
            problems: &[NOT_THERE],
            run: subscriptions::change,
        }
        DELETE "/v1/subscriptions/{id}" removeSubscription PostsAndCustoms [DeleteSubscriptions] "Ends a subscription." {
            answers: &[OF_NO_VERSION],
            problems: &[NOT_THERE],
            run: subscriptions::remove,
        }
        POST "/v1/subscriptions/{id}/verify" verifySubscription PostsAndCustoms [CreateSubscriptions] "Challenges the receiver again." {
            answers: &[json("200", "The subscription.", named::<SubscriptionView>)],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::verify,
        }
        POST "/v1/subscriptions/{id}/pause" pauseSubscription PostsAndCustoms [CreateSubscriptions] "Sends nothing until it is enabled again." {
            answers: &[json("200", "The subscription.", named::<SubscriptionView>)],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::pause,
        }
        POST "/v1/subscriptions/{id}/enable" enableSubscription PostsAndCustoms [CreateSubscriptions] "Goes on sending." {
            remarks: "`from`: `waiting` sends everything that waits, `now` leaves it out, the id of an event leaves out what came before it.",
            body: GoOn,
            answers: &[json("200", "The subscription.", named::<SubscriptionView>)],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::enable,
        }
        POST "/v1/subscriptions/{id}/test" testSubscription PostsAndCustoms [CreateSubscriptions] "Sends a signed sample with `test` true, and waits for the answer." {
            writes: false,
            body: TestCall,
            answers: &[json("200", "What the receiver made of it.", named::<TestResult>)],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::test,
        }
        POST "/v1/subscriptions/{id}/secrets" addSubscriptionKey PostsAndCustoms [CreateSubscriptions] "Makes another key; the others sign along for some hours." {
            body: NewKey,
            answers: &[created_untagged("It signs from now on. `secret` is shown this once.", named::<KeyMade>)],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::add_key,
        }
        DELETE "/v1/subscriptions/{id}/secrets/{key}" endSubscriptionKey PostsAndCustoms [CreateSubscriptions] "Ends a key at once." {
            answers: &[OF_NO_VERSION],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::end_key,
        }
        GET "/v1/subscriptions/{id}/deliveries" listDeliveries PostsAndCustoms [ReadSubscriptions] "What was sent, and what waits." {
            query: DELIVERY_QUERY,
            answers: &[json("200", "In order of their numbers.", named::<DeliveryList>)],
            problems: &[NOT_THERE],
            run: subscriptions::deliveries,
        }
        GET "/v1/subscriptions/{id}/deliveries/{sequence}" readDelivery PostsAndCustoms [ReadSubscriptions] "One delivery with every attempt at it." {
            answers: &[json("200", "The delivery.", named::<DeliveryView>)],
            problems: &[NOT_THERE],
            run: subscriptions::delivery,
        }
        GET "/v1/subscriptions/{id}/replays" listReplays PostsAndCustoms [ReadSubscriptions] "What was sent once more." {
            answers: &[json("200", "The newest first.", named::<ReplayList>)],
            problems: &[NOT_THERE],
            run: subscriptions::replays,
        }
        POST "/v1/subscriptions/{id}/replays" replayEvents PostsAndCustoms [CreateSubscriptions] "Has events sent once more, behind what is new." {
            remarks: "`events` (ids, at most 1,000), or `from` and `to` (at most 30 days), or `state` failed. Ids and numbers stay; `replay` is true.",
            body: NewReplay,
            answers: &[Answer { status: "202", says: "It is being lined up.", content: Content::Json(named::<ReplayView>), headers: &[LOCATION], or_error: false }],
            problems: &[NOT_THERE, STANDS_OTHERWISE],
            run: subscriptions::replay,
        }
        GET "/v1/callback-hosts" listCallbackHosts PostsAndCustoms [ReadSubscriptions] "Under which addresses declarations may name one of their own." {
            answers: &[json("200", "The oldest first. Each is a subscription: pause, keys, deliveries and replays are there.", named::<SubscriptionList>)],
            problems: &[],
            run: subscriptions::callback_hosts,
        }
        POST "/v1/callback-hosts" createCallbackHost PostsAndCustoms [CreateSubscriptions] "Lets declarations name addresses under this one (`callbackUrl`), to which the events of their items are sent." {
            remarks: "The address ends with a slash, and is challenged as a subscription is.",
            body: NewSubscription,
            answers: &[created_untagged("It was made.", named::<SubscriptionMade>)],
            problems: &[],
            run: subscriptions::create_callback_host,
        }
    }
    "Light" {
        GET "/v1/items/{id}/light" readLight PostsAndCustoms [ReadLight] "Whether an item may go on." {
            remarks: "Only `mayProceed` says so: amber may not. With If-None-Match and `Prefer: wait=20` it answers when the light changes, or 304 after that time.",
            query: &[ORIGIN, DESTINATION, VOCABULARY],
            headers: &[IF_NONE_MATCH, ("Prefer", "wait and seconds, at most 25: how long to wait for a change.")],
            answers: &[tagged("200", "The light; of an id that nobody knows amber.", named::<ItemLight>), KNOWN],
            problems: &[],
            run: lights::one,
        }
        POST "/v1/items/lights" readLights PostsAndCustoms [ReadLight] "The lights of up to 1,000 items." {
            writes: false,
            query: &[VOCABULARY],
            body: items::AskedItems,
            answers: &[json("200", "In the order asked, with how many there are of each colour.", named::<ManyLights>)],
            problems: &[],
            run: lights::many,
        }
        GET "/v1/items/{id}/light/history" readLightHistory PostsAndCustoms [ReadLight] "How the light of an item changed." {
            query: POST_QUERY,
            answers: &[json("200", "The changes, oldest first.", named::<LightHistory>)],
            problems: &[NOT_THERE, SEVERAL],
            run: lights::history,
        }
        PUT "/v1/containers/{id}/items" fillContainer Posts [WriteMovements] "Says that items lie in a receptacle or despatch." {
            remarks: "A declaration says so itself with EP.ReceptacleId or EP.DespatchId; the last word counts.",
            body: lights::Contents,
            answers: &[Answer { status: "204", says: "Noted.", content: Content::Nothing, headers: &[], or_error: false }],
            problems: &[NOT_THERE, SEVERAL],
            run: lights::fill,
        }
        GET "/v1/containers/{id}/lights" readContainerLights PostsAndCustoms [ReadLight] "The lights of what lies in a receptacle (S9) or despatch (S8)." {
            remarks: "`summary` counts the page, before the filter. Follow the Link header with rel=next for the rest.",
            query: &[
                parameter("light", ParameterKind::OneOf(&["Green", "Amber", "Red"]), "Only items of this colour."),
                parameter("cursor", ParameterKind::Text, "Of the Link header of the page before."),
                VOCABULARY,
            ],
            answers: &[Answer {
                headers: &[("Link", "Address of the next page, rel=next; absent on the last.")],
                ..json("200", "A page.", named::<ManyLights>)
            }],
            problems: &[NOT_THERE],
            run: lights::of_container,
        }
    }
}
