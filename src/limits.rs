//! Every limit of the program, with its reason. The documentation page shows this table.

/// One limit as shown to users.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub name: &'static str,
    pub value: u64,
    pub unit: &'static str,
    /// Why it exists, and what happens beyond it.
    pub reason: &'static str,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $ty:ty = $value:expr, $unit:literal, $reason:literal;)*) => {
        $($(#[$doc])* #[doc = $reason] pub const $name: $ty = $value;)*
        /// The whole table.
        pub const ALL: &[Limit] = &[
            $(Limit { name: stringify!($name), value: $value as u64, unit: $unit, reason: $reason },)*
        ];
    };
}

limits! {
    BODY_BYTES: usize = 8 * 1024 * 1024, "bytes", "Keeps one request from filling memory; beyond it 413.";
    REQUEST_READ_S: u64 = 30, "s", "A body that trickles in holds a connection; beyond it 408.";
    HEAD_READ_S: u64 = 10, "s", "The head of a request, from its first byte; beyond it 408.";
    KEEP_ALIVE_S: u64 = 75, "s", "A connection without a request is closed after this long.";
    CONNECTIONS: u64 = 10_000, "connections", "In all; beyond it, or near the limit of open files, the quietest is closed, or the newcomer answered 503.";
    CONNECTIONS_PER_ADDRESS: u64 = 1_000, "connections", "The same of one address that is not a trusted proxy.";
    FILES_KEPT: u64 = 256, "files", "Of the limit of open files so many are kept for everything but connections, and for those that are just being closed.";
    READER_WINDOW_S: u64 = 30, "s", "A client that takes less of an answer within this time than the next limit is cut off.";
    READER_LEAST_BYTES: usize = 32 * 1024, "bytes", "What a client takes of an answer at least in that time.";
    READ_TURN_BYTES: usize = 16 * 1024, "bytes", "What is read of one connection before others have a turn.";
    LINGER_MS: u64 = 2_000, "ms", "Once an answer is given that closes the connection, what the client is still sending is read and dropped for this long.";
    TLS_HANDSHAKES: usize = 500, "connections", "Connections whose TLS handshake is under way; beyond it the one that has taken longest is closed.";
    TLS_FILE_BYTES: u64 = 1024 * 1024, "bytes", "A certificate with its chain, or a key; a larger file is none.";
    TLS_LOOK_S: u64 = 2, "s", "Certificate and key are looked at this often, to see whether they have changed.";
    PROXY_LINE_BYTES: usize = 4_096, "bytes", "A PROXY line with everything a proxy may add; beyond it the connection is closed.";
    JSON_DEPTH: usize = 32, "levels", "The contracts need nine; deeper nesting is an attack or a mistake; beyond it 400.";
    JSON_STRING_BYTES: usize = 65_536, "bytes", "No member needs more, encoded; beyond it 400.";
    JSON_LIST_ITEMS: usize = 5_000, "entries", "Bounds the work of one call; beyond it 400.";
    XML_ATTRIBUTES: usize = 32, "attributes", "Of one element of a SOAP request; clients send four at most; beyond it a fault.";
    SOAP_ASIDE_BYTES: usize = 65_536, "bytes", "Longer SOAP requests and replies are transcribed off the threads that serve requests.";
    BATCH_VIEWS: usize = 5_000, "views", "One batch is one transaction; beyond it 400.";
    REST_BATCH: usize = 1_000, "declarations", "One batch of the own surface, answered entry by entry; beyond it 400.";
    REST_PAGE: usize = 1_000, "items", "One page of a list of the own surface; beyond it 400.";
    REASON_CHARS: usize = 200, "characters", "Why a declaration is withdrawn, kept in the history; beyond it 400.";
    TEXT_CHARS: usize = 1_024, "characters", "Free text of a declaration (four times the longest form box); beyond it 400.";
    CONTENT_PIECES: usize = 999, "lines", "The message profile numbers lines 1 to 999; beyond it 400.";
    DESCRIPTIONS: usize = 100, "texts", "Descriptions looked up in one call; beyond it 400.";
    STATUS_ITEMS: usize = 1_000, "items", "Items asked about in one CheckItemStatus, more than a receptacle holds; beyond it 400.";
    REFERRALS_PER_ITEM: usize = 200, "referrals", "A dialogue about one item stays readable, and its state quick to derive; beyond it 400.";
    OTHER_MEMBERS_BYTES: usize = 16_384, "bytes", "What is kept of an object without being understood; beyond it 400.";
    ANONYMOUS_DAYS: i64 = 90, "d", "A sender's data is erased after this long, converted or not; which item a declaration became is kept.";
    ANONYMOUS_PER_ORG_MIN: u32 = 1_200, "requests/min", "Ids of anonymous declarations cannot be tried out; beyond it 429.";
    ANONYMOUS_DEFAULT: usize = 100, "declarations", "RecordsLimit of GetAnonymousDeclaration when none is given.";
    ANONYMOUS_MAX: usize = 1_000, "declarations", "A larger RecordsLimit is taken as this; the cursor goes on.";
    CATALOGUE_ENTRIES: i64 = 5_000, "entries", "Marketed goods, and postal services, of one organization; beyond it 400.";
    CATALOGUE_BUYERS: usize = 500, "organizations", "There are fewer designated operators; beyond it 400.";
    ITEM_ID_CHARS: usize = 35, "characters", "Widest document number of the message profile; beyond it 400.";
    USER_CD_CHARS: usize = 64, "characters", "User codes are e-mail addresses at the longest; beyond it 400.";
    PASSWORD_CHARS: usize = 256, "characters", "Bounds the work of hashing; beyond it 401.";
    PASSWORD_LEAST_CHARS: usize = 12, "characters", "Fewest of a password that somebody sets; beyond it 400.";
    RESET_LINK_S: i64 = 3_600, "s", "A link that sets a password once ends after this long.";
    SIGN_IN_STEP_S: i64 = 600, "s", "Between the right password and the second factor or the office; then signing in begins again.";
    SESSIONS_LISTED: usize = 1_000, "sessions", "Of one organization in one list; the rest is left out.";
    DISPLAY_NAME_CHARS: usize = 100, "characters", "The name of a user for others; beyond it 400.";
    AGENT_CHARS: usize = 120, "characters", "What is kept of what a browser calls itself.";
    SIGN_IN_FREE_FAILURES: u32 = 5, "attempts", "Failed sign-ins of an account from an address after which each makes the next one wait, twice as long each time.";
    SIGN_IN_DELAY_S: u64 = 5, "s", "The first such wait.";
    SIGN_IN_DELAY_MOST_S: u64 = 300, "s", "The longest such wait.";
    FORM_BYTES: usize = 1024 * 1024, "bytes", "A form sent by a browser; beyond it 413.";
    FORM_MEMBERS: usize = 5_000, "members", "Of a form sent by a browser; beyond it 400.";
    PAGES_PER_SESSION_S: u32 = 20, "requests/s", "Of one session at a browser; beyond it 429.";
    PAGES_PER_SESSION_BURST: u32 = 60, "requests", "Room for bursts above that.";
    FINDINGS_SHOWN: usize = 50, "findings", "An answer stays readable; the rest is counted.";
    FINDINGS_PER_ENTRY: usize = 10, "findings", "Of one entry of a batch; the rest is counted.";
    FINDINGS_PER_ANSWER: usize = 5_000, "findings", "Of all entries of a batch answered one by one; the rest is counted.";
    SAVED_ANSWER_BYTES: usize = 256 * 1024, "bytes", "An answer kept for repeats; of a larger one the outcomes are kept, without their errors.";
    BODY_PIECES: usize = 50_000, "pieces", "Content pieces of one body; beyond it 400, and nothing else is judged.";
    BODIES_BYTES: usize = 256 * 1024 * 1024, "bytes", "Bodies of known callers in memory at the same time; one that finds no room is answered 503.";
    UNKNOWN_BODIES_BYTES: usize = 24 * 1024 * 1024, "bytes", "The same of those whose token is in the body itself.";
    FREE_BODY_BYTES: usize = 16 * 1024, "bytes", "What every body may have without a place among them.";
    OFFLOAD_WAIT_S: u64 = 10, "s", "Longest wait of a batch or print job for a core; beyond it 503.";
    BODY_ROOM_WAIT_MS: u64 = 2_000, "ms", "Longest wait for such a place.";
    LOAD_DEFAULT: usize = 1_000, "views", "recordsLimit when none, zero or a negative one is given.";
    LOAD_MAX: usize = 5_000, "views", "A larger recordsLimit is taken as this; the cursor goes on.";
    FEED_WINDOW: usize = 50_000, "changes", "Changes looked at in one query of the feed, so that a narrow filter makes no endless page.";
    REQUESTS_PER_ORG_S: u32 = 20_000, "requests/s", "One organization cannot starve the others; beyond it 429.";
    REQUESTS_PER_ORG_BURST: u32 = 40_000, "requests", "Room for bursts above the sustained rate; beyond it 429.";
    SHARED_USE_PART: u32 = 20, "parts", "A process tells others what it let through of an organization when that is a 20th of the limit or more.";
    SHARED_USE_MS: i64 = 3_000, "ms", "What other processes let through counts when it is no older.";
    JUDGED_AGAIN_S: i64 = 10, "s", "On PostgreSQL an item whose id was marked is judged once more, for what was stored at the same time.";
    EVENTS_DERIVED: i64 = 200, "items", "Changed items whose events are derived together.";
    EVENTS_READ: i64 = 500, "events", "Events looked at in one query of the feed.";
    EVENTS_LOOKED_AT: i64 = 50_000, "events", "Events that one call looks at, so that a narrow filter makes no endless page; the cursor goes on.";
    EVENTS_DEFAULT: usize = 100, "events", "Events of a page when no number is given.";
    EVENTS_MOST: usize = 500, "events", "A page of events stays below a MiB; a larger number is refused.";
    EVENTS_DROPPED: i64 = 1_000, "events", "Events dropped in one short transaction when their time is over.";
    EVENT_WAIT_S: usize = 25, "s", "Longest wait for events or another light; proxies give up on what takes longer.";
    NEWS_LOOK_MS: u64 = 250, "ms", "Who waits for news looks this often for what other servers did.";
    WAITERS: usize = 1_000, "calls", "Calls that wait for news at one server; beyond it 429.";
    WAITERS_PER_ORG: usize = 50, "calls", "The same of one organization.";
    READERS: usize = 20, "readers", "Readers of an organization; beyond it 400.";
    READER_NAME_CHARS: usize = 64, "characters", "A name that fits into an address.";
    CONTAINER_PAGE: i64 = 500, "items", "Items of a receptacle or despatch whose lights are answered together; the rest follows.";
    JUDGED_PER_ROUND: i64 = 200, "items", "Items of a post that are looked at together when lights are judged anew.";
    SHARED_USE_HEARD: usize = 10_000, "processes", "Bounds the memory of which turn of which process was heard of.";
    LOGINS_PER_ACCOUNT_MIN: u32 = 10, "attempts/min", "From one address; guessing a password takes years; beyond it 429.";
    LOGINS_PER_ADDRESS_MIN: u32 = 60, "attempts/min", "One address cannot try many accounts; beyond it 429.";
    IDEMPOTENCY_KEY_CHARS: usize = 128, "characters", "Keys are GUIDs or short hashes; beyond it 400.";
    IDEMPOTENCY_HOURS: i64 = 24, "h", "How long the answer to a key is kept.";
    TOKEN_CACHE_MS: u64 = 1_000, "ms", "A revoked token stops working on every server within this time.";
    TOKEN_CACHE_ENTRIES: u64 = 10_000, "entries", "Bounds the memory of the token cache.";
    TOKEN_MET_S: u64 = 3_600, "s", "A token used within this time is not taken for one that is being tried out.";
    UNKNOWN_TOKENS_MIN: u32 = 600, "attempts/min", "Unknown tokens from one address; beyond it such are answered 429 unread.";
    ACCESS_TOKEN_S: u32 = 3_600, "s", "How long an access token lives unless its client says otherwise.";
    ACCESS_TOKEN_LEAST_S: u32 = 300, "s", "Shorter lives make clients ask all the time; refused.";
    ACCESS_TOKEN_MOST_S: u32 = 43_200, "s", "A token that got into wrong hands ends on the same day; longer lives are refused.";
    ACCESS_TOKENS: usize = 100, "tokens", "Of one client at a time; beyond it the oldest ends, so that who asks for each call anew hurts only itself.";
    CLIENT_SECRETS: usize = 2, "secrets", "In force of one client, so that one can be changed without a gap; a third is refused.";
    OLD_SECRET_DAYS: i64 = 30, "d", "A secret goes on so long after the next was made, unless said otherwise.";
    CLIENT_LABEL_CHARS: usize = 50, "characters", "It stands in histories as `client:LABEL`; beyond it 400.";
    TOKENS_PER_CLIENT_MIN: u32 = 30, "requests/min", "A client keeps its token while it lives; beyond it 429.";
    TOKENS_PER_ADDRESS_MIN: u32 = 60, "requests/min", "One address cannot try out secrets; failures count five times; beyond it 429.";
    FAILED_TOKEN_COST: u32 = 4, "requests", "What a failed request for a token costs besides itself.";
    TOKEN_REQUEST_BYTES: usize = 16_384, "bytes", "A form of the token endpoint has a few short fields; beyond it 413.";
    USE_NOTED_S: i64 = 60, "s", "When a token or secret was last used is written down at most this often.";
    LOGINS_ELSEWHERE: u32 = 10, "times", "Attempts for one account from all addresses that have not succeeded before, as a multiple of those from one.";
    LOGINS_REMEMBERED: u64 = 100_000, "logins", "Addresses from which an account was entered, so that attempts from elsewhere do not shut it.";
    WRITE_QUEUE: usize = 4_096, "jobs", "Writes waiting for the SQLite writer; beyond it 503.";
    GROUP_JOBS: usize = 512, "jobs", "Writes in one group commit.";
    GROUP_MS: u64 = 25, "ms", "A group stops taking more writes after this long.";
    GROUP_SYNCS: u32 = 3, "syncs", "A group stops taking more writes when it has worked this many times as long as the last commit took.";
    GROUP_LEAST_MS: u64 = 1, "ms", "It takes writes for this long at least, however fast the disk.";
    GROUPED_STORES: usize = 64, "stores", "Stores of one post and user written together; the rest follows.";
    GROUPS_AT_ONCE: usize = 3, "groups", "Of one post and user at a time: while one waits for the disk, the next is decided.";
    GROUP_WORTH_A_CONNECTION: usize = 8, "stores", "So many have to wait before another group is begun beside one under way.";
    GROUP_ATTEMPTS: u32 = 4, "attempts", "Repeats of such a group after serialization failures; then its stores go one by one.";
    WRITE_ATTEMPTS: u32 = 12, "attempts", "Repeats after serialization failures and deadlocks on PostgreSQL; then 503.";
    POOL_WAIT_MS: u64 = 2_000, "ms", "Longest wait for a database connection; beyond it 503.";
    DATABASE_CONNECT_S: u64 = 2, "s", "Longest wait for a connection to one PostgreSQL host, unless the URL says so itself.";
    DATABASE_SILENT_S: u64 = 5, "s", "A PostgreSQL host that gives no sign of life for this long is taken for gone, unless the URL says so itself.";
    DATABASE_LOOK_MS: u64 = 500, "ms", "PostgreSQL is asked whether it works on a statement that has taken this long; when it does not say so, the statement is given up after the longest wait for a connection.";
    CONNECTION_LIFE_S: u64 = 1_800, "s", "A database connection is replaced after this long, with the memory the other side keeps for it.";
    CONNECT_AGAIN_MS: u64 = 100, "ms", "A PostgreSQL server that refuses a connection is asked again after this pause, or sooner when another one comes free.";
    RECONNECTS: u32 = 2, "attempts", "Repeats on a fresh connection after one was lost before anything was committed; then 503.";
    LOCK_WAIT_S: u64 = 5, "s", "Longest wait for a lock that another transaction holds on PostgreSQL; beyond it 503.";
    DEADLOCK_S: u64 = 1, "s", "PostgreSQL looks for deadlocks after this long: what fails sooner was none.";
    STATEMENT_S: u64 = 30, "s", "Longest run of one statement on PostgreSQL; beyond it 503.";
    PENDING_READS: usize = 2_048, "requests", "Requests waiting for a database connection; beyond it 503.";
    JOB_LATE_S: u64 = 60, "s", "Background work whose last round ended longer ago, and ten of its pauses besides, is told to be late.";
    JOB_LATE_ROUNDS: u32 = 10, "rounds", "Pauses of a job that may pass without a round before it is late.";
    DISK_ROOM_BYTES: usize = 256 * 1024, "bytes", "So much is written beside a SQLite file now and then, to see whether the disk takes it.";
    SHUTDOWN_S: u64 = 8, "s", "Requests in flight get this long to finish after SIGTERM.";
    STOP_MS: u64 = 9_000, "ms", "After SIGTERM nothing is waited for longer; what a partner has not answered is sent again.";
    SEAL_ENTRIES: usize = 20_000, "items", "Items of a post in one seal; the rest follows in the next.";
    SEAL_RECORDS: usize = 2_000, "records", "The same for what has a history besides items: each head is marked as sealed.";
    AUTO_RULES: usize = 1_000, "rules", "Automatic answers are tried one by one; beyond it the text is refused.";
    SCREENED_KEPT: u64 = 20_000, "goods", "What restrictions say of goods is kept for what a post declares in a day; it takes some MiB.";
    TRIED_AT_ONCE: usize = 1_000, "items", "Items that a dry run of rules reads in one go.";
    SEARCH_WORDS: usize = 24, "words", "A description of goods is searched by its first words; the rest is not looked at.";
    HS_HITS: usize = 10, "codes", "A proposal is for a person to choose from; the best ones are given.";
    RESTRICTION_HITS: usize = 200, "rules", "Every rule of a country fits; a list that names one code for everything is cut here.";
    IMPORT_BYTES: usize = 64 * 1024 * 1024, "bytes", "An imported list is read in memory; beyond it the file is refused.";
    IMPORT_ROWS: usize = 500_000, "rows", "Thirty years of daily rates fit; beyond it the rest is not read.";
    IMPORT_FAULTS: usize = 1_000, "faults", "A report stays readable; the last one says that there are more.";
    PRINT_ITEMS: usize = 500, "items", "Bounds the work of one print job; beyond it 400.";
    PRINT_COPIES: usize = 8, "copies", "No post asks for more of one form; beyond it 400.";
    PRINT_TEXT_CHARS: usize = 4_096, "characters", "A text on a form; the longest of the message profile has 2,560; beyond it 400.";
    PRINT_PAGES: usize = 10_000, "pages", "Bounds the memory of one print job; beyond it 400.";
    FONT_FOLDER_BYTES: usize = 512 * 1024 * 1024, "bytes", "Fonts stay in memory while the server runs; beyond it the folder is refused.";
    EDI_BYTES: usize = 16 * 1024 * 1024, "bytes", "One interchange in EDIFACT or XML; beyond it it is refused unread.";
    EDI_SEGMENTS: usize = 500_000, "segments", "Segments or XML elements of one interchange; reading stops there.";
    EDI_FEW_COMPONENTS: usize = 500_000, "data elements", "An interchange may have these however short they are.";
    EDI_COMPONENT_BYTES: usize = 4, "bytes", "A data element has this length on average at least, or reading stops: the places of empty ones take more memory than the bytes.";
    EDI_FEW_ELEMENTS: usize = 50_000, "elements", "An XML document may have these however short they are.";
    EDI_ELEMENT_BYTES: usize = 30, "bytes", "An XML element has this length on average at least, tags and all, or reading stops.";
    EDI_STATUSES: usize = 10_000, "statuses", "What CONTRL messages of one interchange say of messages: ten full interchanges; beyond it it is refused.";
    EDI_MESSAGES: usize = 1_000, "messages", "Messages of one interchange; beyond it it is refused.";
    EDI_ALL_ITEMS: usize = 4_000, "items", "Items of one interchange; beyond it it is refused.";
    EDI_PARTS: usize = 100_000, "parts", "Lines, taxes, pointers, reasons and documents of one interchange; beyond it it is refused.";
    EDI_ITEM_SEGMENTS: usize = 10_000, "segments", "Segments of one item, enough for all its lines; beyond it it is refused.";
    EDI_ITEMS: usize = 999, "items", "Items in one message; more go into the next message.";
    EDI_XML_DEPTH: usize = 16, "levels", "The XML form needs seven; deeper nesting is refused.";
    EDI_FINDINGS: usize = 1_000, "findings", "Findings kept for one interchange; the rest is counted.";
    EXCHANGE_ITEMS_PER_HOUR: i32 = 200_000, "items", "Items that a partner may send in an hour, unless agreed otherwise (`--items-per-hour`); beyond it 429.";
    EXCHANGE_PARKED: i64 = 50_000, "items", "Items of a partner that wait for their object at one recipient; beyond it its next ones are answered 429.";
    EXCHANGE_QUARANTINED: i64 = 1_000, "interchanges", "Interchanges of a partner in quarantine; beyond it what would be put there is answered 429.";
    EXCHANGE_QUARANTINED_BYTES: i64 = 64 * 1024 * 1024, "bytes", "The same by their size.";
    EXCHANGE_ITEMS: usize = 500, "items", "Items of one interchange we send: a few hundred milliseconds of work for the receiver.";
    EXCHANGE_BYTES: usize = 1024 * 1024, "bytes", "An interchange we send is closed at about this size.";
    EXCHANGE_TIMEOUT_S: u64 = 20, "s", "A partner that does not answer in time is tried again.";
    EXCHANGE_FOLDER_S: u64 = 20, "s", "A partner's folder that does not answer for this long (a network drive) is left alone until it does.";
    EXCHANGE_ANSWER_BYTES: usize = 1024 * 1024, "bytes", "Of a partner's answer no more is read.";
    EXCHANGE_LEASE_S: i64 = 30, "s", "A server that died gives its partners elsewhere free after this long, longer than a partner may take to answer.";
    EXCHANGE_HOSTED_LEASE_S: i64 = 2, "s", "The same for organizations on this server, whose inbox answers at once.";
    EXCHANGE_PAUSE_S: u64 = 900, "s", "Longest pause between attempts to reach a partner.";
    EXCHANGE_GIVE_UP_H: i64 = 72, "h", "An interchange that cannot be delivered for this long goes to quarantine.";
    EXCHANGE_REFUSALS: i32 = 3, "attempts", "An interchange that the partner will not read goes to quarantine.";
    EXCHANGE_SKEW_S: i64 = 86_400, "s", "A signature whose time is further off is refused: it may be an old one replayed.";
    DATE_AHEAD_H: i64 = 24, "h", "A decision, referral or answer dated further ahead is refused; a time zone mistaken is less.";
    CLOCK_SKEW_S: i64 = 300, "s", "What is dated further ahead than two clocks may differ counts from its receipt.";
    EXCHANGE_PARKED_MIN: i64 = 15, "min", "An item that waits longer for its object is listed.";
    EXCHANGE_LOOK_AGAIN_S: i64 = 60, "s", "A parked item whose object is here, but not what else it waits for, is looked at this often.";
    EXCHANGE_REMARK_CHARS: usize = 500, "characters", "A text of a refusal that goes to a partner; the rest is cut off.";
    RECORDS_LISTED: usize = 10_000, "lines", "The list of what changed in organizations, tokens and lists shows the newest, and says that there are more.";
    EXCHANGE_LISTED: usize = 200, "lines", "Lists of what is in quarantine or parked show the oldest, and say that there are more.";
    EXCHANGE_REVISIT: usize = 200, "items", "Parked items looked at again in one go.";
    NOTES_WAITING: usize = 200_000, "notes", "What customs was handed is noted in memory for less than a second; beyond it as if it had not been handed.";
    NOTES_KEPT_MS: i64 = 10_000, "ms", "A decision whose transaction began before a note was written down takes it along once more.";
    NOTES_REMEMBERED: u64 = 200_000, "notes", "What is written down already is not written again; it takes some 20 MiB.";
    NOTES_PER_WRITE: usize = 500, "notes", "Notes of what was handed that are written in one transaction.";
    JUDGED_PER_WRITE: usize = 100, "items", "Items judged anew in one transaction after a list or setting changed.";
    NUMBERING_ROWS: i64 = 5_000, "rows", "Changes numbered in one short transaction on PostgreSQL.";
}
