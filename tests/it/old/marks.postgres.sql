SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE public.anonymous_declaration (
    post_org text NOT NULL,
    id text NOT NULL,
    pid uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    final_id text,
    dest_post text,
    mail_class text,
    office_cd text,
    user_cd text,
    sender_name_key text,
    sender_email_key text,
    sender_telephone_key text,
    recipient_name_key text,
    recipient_country text,
    recipient_zip_key text,
    body text NOT NULL,
    other text NOT NULL
);
CREATE TABLE public.change_counter (
    id integer NOT NULL,
    last_no bigint NOT NULL,
    CONSTRAINT change_counter_id_check CHECK ((id = 1))
);
CREATE TABLE public.declaration (
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    pid uuid NOT NULL,
    state_cd integer NOT NULL,
    customs_org text,
    seen boolean NOT NULL,
    sent boolean NOT NULL,
    version_no integer NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL,
    quality_score integer,
    quality_findings text
);
CREATE TABLE public.document_version (
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    kind text NOT NULL,
    version_no integer NOT NULL,
    digest bytea NOT NULL,
    body text,
    CONSTRAINT document_version_kind_check CHECK ((kind = ANY (ARRAY['D'::text, 'O'::text, 'X'::text])))
);
CREATE TABLE public.heartbeat (
    component text NOT NULL,
    last_at timestamp with time zone NOT NULL
);
CREATE TABLE public.idempotency (
    org text NOT NULL,
    request_key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    warnings integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.interchange_in (
    sender text NOT NULL,
    reference text NOT NULL,
    partner text NOT NULL,
    recipient text NOT NULL,
    bytes bytea NOT NULL,
    digest bytea NOT NULL,
    items integer NOT NULL,
    state integer NOT NULL,
    findings text,
    answer bytea,
    repeats integer NOT NULL,
    received_at timestamp with time zone NOT NULL
);
CREATE TABLE public.interchange_out (
    sender text NOT NULL,
    reference text NOT NULL,
    partner text NOT NULL,
    form text NOT NULL,
    bytes bytea NOT NULL,
    digest bytea NOT NULL,
    items integer NOT NULL,
    state integer NOT NULL,
    attempts integer NOT NULL,
    note text,
    answer bytea,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    answered_at timestamp with time zone
);
CREATE TABLE public.item_history (
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_org text NOT NULL,
    user_cd text,
    office_cd text,
    event text NOT NULL,
    detail text NOT NULL,
    doc_kind text,
    doc_version integer,
    doc_digest bytea,
    hash bytea NOT NULL
);
CREATE TABLE public.item_in (
    recipient text NOT NULL,
    sender text NOT NULL,
    reference text NOT NULL,
    message_no integer NOT NULL,
    item_no integer NOT NULL,
    kind text NOT NULL,
    item_id text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    fate integer NOT NULL,
    note text,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.link (
    partner text NOT NULL,
    lease_owner uuid,
    lease_until timestamp with time zone,
    failures integer NOT NULL,
    next_attempt_at timestamp with time zone,
    last_error text,
    last_sent_at timestamp with time zone,
    last_received_at timestamp with time zone
);
CREATE TABLE public.link_hour (
    partner text NOT NULL,
    hour timestamp with time zone NOT NULL,
    items integer NOT NULL,
    late integer NOT NULL,
    blank integer NOT NULL
);
CREATE TABLE public.mail_object (
    post_org text NOT NULL,
    pid uuid NOT NULL,
    item_id text NOT NULL,
    orig_post text NOT NULL,
    dest_post text NOT NULL,
    life_no integer NOT NULL,
    flow text NOT NULL,
    partner_country text,
    mail_class text,
    mail_category text,
    type_cd text,
    local_id text,
    local_id2 text,
    mail_state integer,
    mail_state_remarks text,
    posting_dt timestamp with time zone,
    zip text COLLATE pg_catalog."C",
    customs_visible boolean NOT NULL,
    has_response boolean NOT NULL,
    has_dc_response boolean NOT NULL,
    head_seq integer NOT NULL,
    head_hash bytea NOT NULL,
    change_no bigint,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    declared_at timestamp with time zone,
    security_state text,
    watchdog integer,
    watchdog_remarks text,
    watchdog_until timestamp with time zone,
    declaration_seen boolean DEFAULT false NOT NULL,
    CONSTRAINT mail_object_flow_check CHECK ((flow = ANY (ARRAY['I'::text, 'O'::text, 'T'::text])))
);
CREATE TABLE public.marketed_good (
    seller text NOT NULL,
    reference_id integer NOT NULL,
    valid_from timestamp with time zone,
    valid_to timestamp with time zone,
    for_everyone boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.marketed_good_buyer (
    buyer text NOT NULL,
    seller text NOT NULL,
    reference_id integer NOT NULL
);
CREATE TABLE public.message_out (
    post_org text NOT NULL,
    id uuid NOT NULL,
    partner text NOT NULL,
    sender text NOT NULL,
    kind text NOT NULL,
    withdraws boolean NOT NULL,
    item_id text NOT NULL,
    object_pid uuid NOT NULL,
    item_seq integer NOT NULL,
    version_no integer,
    reference text,
    digest bytea NOT NULL,
    body text,
    state integer NOT NULL,
    interchange text,
    message_ref text,
    note text,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone
);
CREATE TABLE public.migration_lock (
    id integer NOT NULL
);
CREATE TABLE public.office (
    code text NOT NULL,
    org text NOT NULL,
    name text NOT NULL
);
CREATE TABLE public.organization (
    code text NOT NULL,
    kind text NOT NULL,
    country text NOT NULL,
    name text NOT NULL,
    customs text,
    remote boolean NOT NULL,
    time_zone text NOT NULL,
    creates_users boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT organization_kind_check CHECK ((kind = ANY (ARRAY['P'::text, 'C'::text])))
);
CREATE TABLE public.partner (
    code text NOT NULL,
    transport text NOT NULL,
    endpoint text NOT NULL,
    agreement text NOT NULL,
    token_in bytea,
    token_out text,
    sign_key text,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT partner_transport_check CHECK ((transport = ANY (ARRAY['http'::text, 'directory'::text])))
);
CREATE TABLE public.postal_service (
    orig_org text NOT NULL,
    service_id uuid NOT NULL,
    dest_org text NOT NULL,
    valid_from timestamp with time zone,
    valid_to timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.reference_list (
    kind text NOT NULL,
    org text NOT NULL,
    edition text NOT NULL,
    imported_at timestamp with time zone NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.reference_state (
    id integer NOT NULL,
    version_no bigint NOT NULL,
    CONSTRAINT reference_state_id_check CHECK ((id = 1))
);
CREATE TABLE public.referral (
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    reference text NOT NULL,
    code text NOT NULL,
    raised_by text NOT NULL,
    event_at timestamp with time zone NOT NULL,
    remind_at timestamp with time zone,
    due_at timestamp with time zone,
    pending boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.referral_response (
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    pid uuid NOT NULL,
    reference text NOT NULL,
    code text NOT NULL,
    answered_by text NOT NULL,
    event_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.response (
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    side text NOT NULL,
    pid uuid NOT NULL,
    state_cd integer NOT NULL,
    customs_org text,
    author_org text NOT NULL,
    sent boolean NOT NULL,
    decision_cd text,
    decided_at timestamp with time zone NOT NULL,
    version_no integer NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL,
    fiscal_state text,
    CONSTRAINT response_side_check CHECK ((side = ANY (ARRAY['O'::text, 'D'::text])))
);
CREATE TABLE public.seal (
    seal_no bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    through_change_no bigint NOT NULL,
    entries integer NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.seal_entry (
    seal_no bigint NOT NULL,
    post_org text NOT NULL,
    object_pid uuid NOT NULL,
    head_seq integer NOT NULL,
    head_hash bytea NOT NULL
);
CREATE TABLE public.security_token (
    digest bytea NOT NULL,
    org text NOT NULL,
    label text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE public.session (
    digest bytea NOT NULL,
    org text NOT NULL,
    user_cd text NOT NULL,
    office text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.trade_history (
    org text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_org text NOT NULL,
    user_cd text,
    office_cd text,
    event text NOT NULL,
    digest bytea NOT NULL,
    replaced text
);
CREATE TABLE public.user_account (
    org text NOT NULL,
    user_cd text NOT NULL,
    password_hash text,
    created_by text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.user_office (
    org text NOT NULL,
    user_cd text NOT NULL,
    office text NOT NULL
);
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000001', '2026-11-26 14:43:11.507307');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000002', '2026-11-26 14:43:11.530162');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000003', '2026-11-26 14:43:11.552287');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000004', '2026-11-26 14:43:11.56903');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000010', '2026-11-26 14:43:11.577072');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000020', '2026-11-26 14:43:11.588829');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000021', '2026-11-26 14:43:11.597749');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261121000022', '2026-11-26 14:43:11.61081');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122000023', '2026-11-26 14:43:11.62478');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122000030', '2026-11-26 14:43:11.650919');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122000031', '2026-11-26 14:43:11.651556');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122000040', '2026-11-26 14:43:11.653047');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122000041', '2026-11-26 14:43:11.656362');
INSERT INTO public.change_counter VALUES (1, 16);
INSERT INTO public.declaration VALUES ('AUA', '01a2184f-8e7a-737d-b29f-dd30a584a1e1', '01a2184f-8e7a-737d-b29f-dd31e223e79d', 2, 'AU', true, true, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 7; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('DEA', '01a2184f-8ea3-76bc-b6b1-c0bdd89abb47', '01a2184f-8ea3-76bc-b6b1-c0be1937be7e', 2, 'DE', true, false, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 7; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', '01a2184f-8eb0-71b8-965f-285c59cffca3', 2, 'AU', true, true, 2, '\xae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":40,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('DEA', '01a2184f-8eca-7124-b67a-901b29d2d8f3', '01a2184f-8eca-7124-b67a-901c79e66113', 2, 'DE', true, false, 2, '\xae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":40,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('AUA', '01a2184f-8f0a-70a2-8e99-b9d18a232dc6', '01a2184f-8f0a-70a2-8e99-b9d277e806c2', 2, 'AU', true, true, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 8; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('DEA', '01a2184f-8f31-706b-8c09-1e16c9c8c311', '01a2184f-8f31-706b-8c09-1e17af27b1d3', 2, 'DE', true, false, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 8; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('AUA', '01a2184f-8f5b-7259-905d-d260edbe2996', '01a2184f-8f5b-7259-905d-d261f779e8f2', 2, 'AU', true, true, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 1; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('AUA', '01a2184f-8f72-72d4-a01d-ea65c24775f2', '01a2184f-8f72-72d4-a01d-ea668bb52cea', 2, 'AU', true, true, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('DEA', '01a2184f-8f84-73fa-a738-174e385202df', '01a2184f-8f84-73fa-a738-174f259810bb', 2, 'DE', true, false, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 1; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('AUA', '01a2184f-8f9f-72d5-826b-34f3f2ff19db', '01a2184f-8f9f-72d5-826b-34f480bcf5db', 2, 'AU', true, true, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 9; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('DEA', '01a2184f-8fbb-77d5-9ee8-d19ff4626287', '01a2184f-8fd6-7676-b12c-56c2ff23fcc8', 2, 'DE', true, false, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 9; compare with the label","Level":"warn"}]');
INSERT INTO public.declaration VALUES ('DEA', '01a2184f-8f84-73fa-a738-17504abb99d7', '01a2184f-8faa-7215-9553-295602c1a2f9', 2, 'DE', true, false, 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}', 95, '[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO public.document_version VALUES ('AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}');
INSERT INTO public.document_version VALUES ('DEA', '01a2184f-8eca-7124-b67a-901b29d2d8f3', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8e7a-737d-b29f-dd30a584a1e1', 1, '2026-11-26 14:43:16.725812+00', 'AUA', 'tester', NULL, 'declaration.final', '{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"UserCreated":true,"DeclarationRow":"73df9376caf395c257c00590bb1b555b","ObjectRow":"29d0b08bbc0d9f8dacd3a55fbb31d758"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x75bdbaa1bf378b254cdd7118353554182ae5a91cc0fe32f3cdf4b9c5a6147ad6');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8e7a-737d-b29f-dd30a584a1e1', 2, '2026-11-26 14:43:16.757974+00', 'AUA', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"ask the sender","ObjectRow":"4c6a9aca9252f165bc05b73f8071dc41"}', NULL, NULL, NULL, '\x146cf55fbca8f5c10e98d0151487539a19bf2f68ee829a95a950ee6dcac4527a');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8ea3-76bc-b6b1-c0bdd89abb47', 1, '2026-11-26 14:43:16.769403+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704196000+0000)/","DeclarationRow":"e905d8b0d8763c3f2e857fa0ae6e455a","ObjectRow":"a1cd862d895d32540da666cda4b5cd92"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x71cdd2cb44288effb9e176274dbd8208557203e54063ad0546327565b5e1d51c');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', 1, '2026-11-26 14:43:16.782116+00', 'AUA', 'tester', NULL, 'declaration.final', '{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"18de4fb215c63bb8202ba55ba5927e82","ObjectRow":"3f8f9744c76ca5191c18b7b2339b10f8"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x468c859ca00ead4c07d7a17a7efa60762cb4c6a5b3a68c65980c6760829f4943');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8eca-7124-b67a-901b29d2d8f3', 1, '2026-11-26 14:43:16.808729+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704196000+0000)/","DeclarationRow":"8bcf55177fd5cedcef75238d0d0533c0","ObjectRow":"a9a70b98e33d6668a27813569a97b3de"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x59ff5766baa984d846cdf5bed18cb9072fdcfcf65861d5ebe34159db9b5494b9');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', 2, '2026-11-26 14:43:16.811016+00', 'AU', NULL, NULL, 'watchdog.set', '{"ExpiryDt":"/Date(4102358400000+0000)/","MailObject":[],"Operation":"MarkWithWarning","Remarks":"weigh again","ObjectRow":"f0b40c9939bdb3dd9f858b960c5933a6"}', NULL, NULL, NULL, '\x1df7168355e0f133f0ce87025d6fa5a0d23cc3d7753039215b5562ccf98b24f7');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', 3, '2026-11-26 14:43:16.824839+00', 'AUA', 'tester', NULL, 'declaration.final', '{"Data":["ContentPieces"],"DeclarationRow":"8e5ff6debbbf198d04434bf19d4fe503","ObjectRow":"f0b40c9939bdb3dd9f858b960c5933a6"}', 'D', 2, '\xae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d', '\x30383238417756a6dc469f166ef405d1fd47f3fd8278057a436eb593e5c4820e');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8ef1-70f9-b6b5-c28efd77084a', 1, '2026-11-26 14:43:16.848805+00', 'AUA', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"nobody knows it yet","ObjectRow":"8f83ac0d229388280593b2ee7ce552f7"}', NULL, NULL, NULL, '\x6d2cd60595987615600a9523a63c6d603f09ac2fde27dfb6895516c6d5b74684');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8eca-7124-b67a-901b29d2d8f3', 2, '2026-11-26 14:43:16.854677+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704196000+0000)/","DeclarationRow":"41d5d1f33a594db62500a23bcb245b91","ObjectRow":"a9a70b98e33d6668a27813569a97b3de"}', 'D', 2, '\xae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d', '\x163e5476eb444b743328be38f130263dc4470e84769a8c6d9a375bbfbc9aa1fd');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f0a-70a2-8e99-b9d18a232dc6', 1, '2026-11-26 14:43:16.869932+00', 'AUA', 'tester', NULL, 'declaration.final', '{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"a75f2527120cda7c9c6a054ff731bff5","ObjectRow":"32c3c683d0b4ea3af5c0eb11ad61d5f3"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\xafb0e7c00a478a22f8f2101cbd1a22bb338994b6cd9e727a1f2ee953652749b0');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f0a-70a2-8e99-b9d18a232dc6', 2, '2026-11-26 14:43:16.902107+00', 'AUA', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"no more","ObjectRow":"20a45778dec681bd55b5baee47a753a8"}', NULL, NULL, NULL, '\xf4116f10792a76988b883a4c14dcdb531b99d76dd259d0289004e50f2493f0e1');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8f31-706b-8c09-1e16c9c8c311', 1, '2026-11-26 14:43:16.911549+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704196000+0000)/","DeclarationRow":"b9043e215daf97b94fb3ae6caf551e8a","ObjectRow":"c20bc5f311a723035c025555b473c547"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\xad9fb7f2e1ec1560ccfdb29605c3c175e24098a284fcc026f31ff85bf575ddb9');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f0a-70a2-8e99-b9d18a232dc6', 3, '2026-11-26 14:43:16.931431+00', 'AUA', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"Clear","Remarks":null,"ObjectRow":"32c3c683d0b4ea3af5c0eb11ad61d5f3"}', NULL, NULL, NULL, '\x2da589a4ed9094adc8f5a95b3bcf1e252a328a69d2de41195fdd1e99d4967ddf');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f5b-7259-905d-d260edbe2996', 1, '2026-11-26 14:43:16.955404+00', 'AUA', 'tester', NULL, 'declaration.final', '{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"91cd4231829c2c513f9873b1de485113","ObjectRow":"7ab8fef0cc7fb13e2f0993700c604847"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x749d81c14bd5338ddea0048061f82ff2e71c812635d1a674f1043923308a8e84');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f72-72d4-a01d-ea65c24775f2', 1, '2026-11-26 14:43:16.97808+00', 'AUA', 'tester', NULL, 'declaration.final', '{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"fe95cba74aae45309f7c028009b22602","ObjectRow":"94d2508975ed3a4efdf10126d215998c"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\xddebb2544294604f746136a9876844c2a4f48c66fb73a8d27ee0c75be3fdf9b5');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8f84-73fa-a738-17504abb99d7', 1, '2026-11-26 14:43:16.996649+00', 'DE', NULL, NULL, 'watchdog.set', '{"ExpiryDt":"/Date(1577836800000+0000)/","MailObject":[],"Operation":"MarkAsBlocked","Remarks":"over","ObjectRow":"1a1ff1a025bbca8c0123044fb8ff354f"}', NULL, NULL, NULL, '\xa2e2d602c821390a221b23610caf6f3308fff4f1c8d821ee4a373ce6646aee6f');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8f84-73fa-a738-174e385202df', 1, '2026-11-26 14:43:16.995034+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704196000+0000)/","DeclarationRow":"f647a1f07439790efebd80cb502d0db2","ObjectRow":"9e03eef2adf785c2522ff414361d862d"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x050598d3251325258f3abf60dc97d99185a10b175ea93a157441bbbf10c1fd61');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f9f-72d5-826b-34f3f2ff19db', 1, '2026-11-26 14:43:17.022359+00', 'AUA', 'tester', NULL, 'declaration.final', '{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"5509c900665361dddf7a6e73e64df07f","ObjectRow":"2c6697e23b320b969be29d7f6724cd03"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x70d25483896e9ac1710ca6f39067ec2d566f319aeb768393ef6a754dc0feb401');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8f84-73fa-a738-17504abb99d7', 2, '2026-11-26 14:43:17.031551+00', 'AUA', NULL, NULL, 'object.origin-known', '{"ObjectRow":"b343fad3a713e99e1c5a374a308f13d7"}', NULL, NULL, NULL, '\x94c416bfcf573e48a2a0fc1ded3f39260c23937a25a3cd6f6c0fda508f1aeb46');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8f84-73fa-a738-17504abb99d7', 3, '2026-11-26 14:43:17.031551+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704196000+0000)/","DeclarationRow":"0708da3e3a2cfcfd6f2f4c6d4bead5c0","ObjectRow":"b343fad3a713e99e1c5a374a308f13d7"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x0433ac64e24ccee3a512b908629434edc4fd326e353e528e4c3a8ef89796900e');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8fbb-77d5-9ee8-d19ff4626287', 1, '2026-11-26 14:43:17.051367+00', 'DE', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"seize it","ObjectRow":"b383707e6dbeb885e95c429957270433"}', NULL, NULL, NULL, '\x1489b2d247dcaa4318b4b2bfd0e073d7af0da93fad9332b1f15ed3ee76f89b06');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f9f-72d5-826b-34f3f2ff19db', 2, '2026-11-26 14:43:17.074825+00', 'AUA', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"MarkWithWarning","Remarks":"call the sender","ObjectRow":"659278051036cfab6ac066bfe807f5f1"}', NULL, NULL, NULL, '\x1471198ec5d7624dff09a3163c4408e7358fc104781f993ac77c64ebbf7a3b9a');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8fbb-77d5-9ee8-d19ff4626287', 2, '2026-11-26 14:43:17.07727+00', 'AUA', NULL, NULL, 'object.origin-known', '{"ObjectRow":"e7c776e9e51e983b0abc7a942df2a368"}', NULL, NULL, NULL, '\xd34dfd1ff3c4a1421ae6a6139a5f0073aea1ac637370baa5bcac6c8054ea692f');
INSERT INTO public.item_history VALUES ('DEA', '01a2184f-8fbb-77d5-9ee8-d19ff4626287', 3, '2026-11-26 14:43:17.07727+00', 'AUA', NULL, NULL, 'declaration.received', '{"IssuedAt":"/Date(1795704197000+0000)/","DeclarationRow":"d8f9ee6e25f4fb2828cd13244978eef5","ObjectRow":"e7c776e9e51e983b0abc7a942df2a368"}', 'D', 1, '\x4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7', '\x07eb07a86a5f42add37346eb30d350c487411ac6f9d93ae8c41a9834f801bcb5');
INSERT INTO public.item_history VALUES ('AUA', '01a2184f-8f9f-72d5-826b-34f3f2ff19db', 3, '2026-11-26 14:43:17.093431+00', 'AU', NULL, NULL, 'watchdog.set', '{"ExpiryDt":null,"MailObject":[],"Operation":"MarkWithWarning","Remarks":"call the sender first","ObjectRow":"57c0b7ab3e6668910280dac2208ab71a"}', NULL, NULL, NULL, '\x62b2e2f6c40b075de8c97c8edd84eea91ac2b91a422e335cef5a921b183ddebe');
INSERT INTO public.link VALUES ('AUA', NULL, NULL, 0, NULL, NULL, NULL, '2026-11-26 14:43:17.07727+00');
INSERT INTO public.link VALUES ('DEA', NULL, NULL, 0, NULL, NULL, '2026-11-26 14:43:17.085364+00', NULL);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8e7a-737d-b29f-dd30a584a1e1', 'EE100000018AU', 'AUA', 'DEA', 1, 'O', 'DE', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '2000', true, false, false, 2, '\x146cf55fbca8f5c10e98d0151487539a19bf2f68ee829a95a950ee6dcac4527a', 1, '2026-11-26 14:43:16.725812+00', '2026-11-26 14:43:16.757974+00', '2026-11-26 14:43:16.725812+00', NULL, 1, 'ask the sender', NULL, true);
INSERT INTO public.mail_object VALUES ('DEA', '01a2184f-8ea3-76bc-b6b1-c0bdd89abb47', 'EE100000018AU', 'AUA', 'DEA', 1, 'I', 'AU', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '53113', true, false, false, 1, '\x71cdd2cb44288effb9e176274dbd8208557203e54063ad0546327565b5e1d51c', 2, '2026-11-26 14:43:16.769403+00', '2026-11-26 14:43:16.769403+00', '2026-11-26 14:43:16.769403+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', 'EE100000021AU', 'AUA', 'DEA', 1, 'O', 'DE', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '2000', true, false, false, 3, '\x30383238417756a6dc469f166ef405d1fd47f3fd8278057a436eb593e5c4820e', 4, '2026-11-26 14:43:16.782116+00', '2026-11-26 14:43:16.824839+00', '2026-11-26 14:43:16.782116+00', NULL, 2, 'weigh again', '2099-12-31 00:00:00+00', true);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8ef1-70f9-b6b5-c28efd77084a', 'EE100000035AU', 'ZZZ', 'ZZZ', 1, 'T', NULL, 'E', NULL, 'I', NULL, NULL, NULL, NULL, NULL, NULL, false, false, false, 1, '\x6d2cd60595987615600a9523a63c6d603f09ac2fde27dfb6895516c6d5b74684', 5, '2026-11-26 14:43:16.848805+00', '2026-11-26 14:43:16.848805+00', NULL, NULL, 1, 'nobody knows it yet', NULL, false);
INSERT INTO public.mail_object VALUES ('DEA', '01a2184f-8eca-7124-b67a-901b29d2d8f3', 'EE100000021AU', 'AUA', 'DEA', 1, 'I', 'AU', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '53113', true, false, false, 2, '\x163e5476eb444b743328be38f130263dc4470e84769a8c6d9a375bbfbc9aa1fd', 6, '2026-11-26 14:43:16.808729+00', '2026-11-26 14:43:16.854677+00', '2026-11-26 14:43:16.808729+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('DEA', '01a2184f-8f31-706b-8c09-1e16c9c8c311', 'EE100000049AU', 'AUA', 'DEA', 1, 'I', 'AU', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '53113', true, false, false, 1, '\xad9fb7f2e1ec1560ccfdb29605c3c175e24098a284fcc026f31ff85bf575ddb9', 8, '2026-11-26 14:43:16.911549+00', '2026-11-26 14:43:16.911549+00', '2026-11-26 14:43:16.911549+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8f0a-70a2-8e99-b9d18a232dc6', 'EE100000049AU', 'AUA', 'DEA', 1, 'O', 'DE', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '2000', true, false, false, 3, '\x2da589a4ed9094adc8f5a95b3bcf1e252a328a69d2de41195fdd1e99d4967ddf', 9, '2026-11-26 14:43:16.869932+00', '2026-11-26 14:43:16.931431+00', '2026-11-26 14:43:16.869932+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8f5b-7259-905d-d260edbe2996', 'EE100000052AU', 'AUA', 'DEA', 1, 'O', 'DE', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '2000', true, false, false, 1, '\x749d81c14bd5338ddea0048061f82ff2e71c812635d1a674f1043923308a8e84', 10, '2026-11-26 14:43:16.955404+00', '2026-11-26 14:43:16.955404+00', '2026-11-26 14:43:16.955404+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8f72-72d4-a01d-ea65c24775f2', 'EE100000066AU', 'AUA', 'DEA', 1, 'O', 'DE', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '2000', true, false, false, 1, '\xddebb2544294604f746136a9876844c2a4f48c66fb73a8d27ee0c75be3fdf9b5', 11, '2026-11-26 14:43:16.97808+00', '2026-11-26 14:43:16.97808+00', '2026-11-26 14:43:16.97808+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('DEA', '01a2184f-8f84-73fa-a738-174e385202df', 'EE100000052AU', 'AUA', 'DEA', 1, 'I', 'AU', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '53113', true, false, false, 1, '\x050598d3251325258f3abf60dc97d99185a10b175ea93a157441bbbf10c1fd61', 12, '2026-11-26 14:43:16.995034+00', '2026-11-26 14:43:16.995034+00', '2026-11-26 14:43:16.995034+00', NULL, NULL, NULL, NULL, true);
INSERT INTO public.mail_object VALUES ('DEA', '01a2184f-8f84-73fa-a738-17504abb99d7', 'EE100000066AU', 'AUA', 'DEA', 1, 'I', 'AU', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '53113', true, false, false, 3, '\x0433ac64e24ccee3a512b908629434edc4fd326e353e528e4c3a8ef89796900e', 14, '2026-11-26 14:43:16.996649+00', '2026-11-26 14:43:17.031551+00', '2026-11-26 14:43:17.031551+00', NULL, 1, 'over', '2020-01-01 00:00:00+00', true);
INSERT INTO public.mail_object VALUES ('DEA', '01a2184f-8fbb-77d5-9ee8-d19ff4626287', 'EE100000070AU', 'AUA', 'DEA', 1, 'I', 'AU', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '53113', true, false, false, 3, '\x07eb07a86a5f42add37346eb30d350c487411ac6f9d93ae8c41a9834f801bcb5', 15, '2026-11-26 14:43:17.051367+00', '2026-11-26 14:43:17.07727+00', '2026-11-26 14:43:17.07727+00', NULL, 1, 'seize it', NULL, true);
INSERT INTO public.mail_object VALUES ('AUA', '01a2184f-8f9f-72d5-826b-34f3f2ff19db', 'EE100000070AU', 'AUA', 'DEA', 1, 'O', 'DE', 'E', NULL, 'I', NULL, NULL, NULL, NULL, '2026-11-20 10:00:00+00', '2000', true, false, false, 3, '\x62b2e2f6c40b075de8c97c8edd84eea91ac2b91a422e335cef5a921b183ddebe', 16, '2026-11-26 14:43:17.022359+00', '2026-11-26 14:43:17.093431+00', '2026-11-26 14:43:17.022359+00', NULL, 2, 'call the sender first', NULL, true);
INSERT INTO public.organization VALUES ('AU', 'C', 'AU', 'Australian Border Force', NULL, false, 'UTC', true, '2026-11-26 14:43:11.696808+00');
INSERT INTO public.organization VALUES ('AUA', 'P', 'AU', 'Australia Post', NULL, false, 'UTC', true, '2026-11-26 14:43:11.792238+00');
INSERT INTO public.organization VALUES ('DE', 'C', 'DE', 'Zoll', NULL, false, 'UTC', true, '2026-11-26 14:43:11.869279+00');
INSERT INTO public.organization VALUES ('DEA', 'P', 'DE', 'Deutsche Post', NULL, false, 'UTC', true, '2026-11-26 14:43:11.943987+00');
INSERT INTO public.reference_state VALUES (1, 0);
INSERT INTO public.seal VALUES (1, '2026-11-26 14:43:17.076266+00', 12, 10, '\x2d49a0ddd882bdd0b98a2578599a1b344ac2796b83cb64ab71fbc561513ffa79');
INSERT INTO public.seal VALUES (2, '2026-11-26 14:43:18.082346+00', 16, 3, '\xd13bdc029e9a8905aeba29bdd3d11866c51b6c7b5caa65baafc64bbb7a5beb8f');
INSERT INTO public.seal_entry VALUES (1, 'AUA', '01a2184f-8e7a-737d-b29f-dd30a584a1e1', 2, '\x146cf55fbca8f5c10e98d0151487539a19bf2f68ee829a95a950ee6dcac4527a');
INSERT INTO public.seal_entry VALUES (1, 'AUA', '01a2184f-8eb0-71b8-965f-285bc83f56bf', 3, '\x30383238417756a6dc469f166ef405d1fd47f3fd8278057a436eb593e5c4820e');
INSERT INTO public.seal_entry VALUES (1, 'AUA', '01a2184f-8ef1-70f9-b6b5-c28efd77084a', 1, '\x6d2cd60595987615600a9523a63c6d603f09ac2fde27dfb6895516c6d5b74684');
INSERT INTO public.seal_entry VALUES (1, 'AUA', '01a2184f-8f0a-70a2-8e99-b9d18a232dc6', 3, '\x2da589a4ed9094adc8f5a95b3bcf1e252a328a69d2de41195fdd1e99d4967ddf');
INSERT INTO public.seal_entry VALUES (1, 'AUA', '01a2184f-8f5b-7259-905d-d260edbe2996', 1, '\x749d81c14bd5338ddea0048061f82ff2e71c812635d1a674f1043923308a8e84');
INSERT INTO public.seal_entry VALUES (1, 'AUA', '01a2184f-8f72-72d4-a01d-ea65c24775f2', 1, '\xddebb2544294604f746136a9876844c2a4f48c66fb73a8d27ee0c75be3fdf9b5');
INSERT INTO public.seal_entry VALUES (1, 'DEA', '01a2184f-8ea3-76bc-b6b1-c0bdd89abb47', 1, '\x71cdd2cb44288effb9e176274dbd8208557203e54063ad0546327565b5e1d51c');
INSERT INTO public.seal_entry VALUES (1, 'DEA', '01a2184f-8eca-7124-b67a-901b29d2d8f3', 2, '\x163e5476eb444b743328be38f130263dc4470e84769a8c6d9a375bbfbc9aa1fd');
INSERT INTO public.seal_entry VALUES (1, 'DEA', '01a2184f-8f31-706b-8c09-1e16c9c8c311', 1, '\xad9fb7f2e1ec1560ccfdb29605c3c175e24098a284fcc026f31ff85bf575ddb9');
INSERT INTO public.seal_entry VALUES (1, 'DEA', '01a2184f-8f84-73fa-a738-174e385202df', 1, '\x050598d3251325258f3abf60dc97d99185a10b175ea93a157441bbbf10c1fd61');
INSERT INTO public.seal_entry VALUES (2, 'AUA', '01a2184f-8f9f-72d5-826b-34f3f2ff19db', 3, '\x62b2e2f6c40b075de8c97c8edd84eea91ac2b91a422e335cef5a921b183ddebe');
INSERT INTO public.seal_entry VALUES (2, 'DEA', '01a2184f-8f84-73fa-a738-17504abb99d7', 3, '\x0433ac64e24ccee3a512b908629434edc4fd326e353e528e4c3a8ef89796900e');
INSERT INTO public.seal_entry VALUES (2, 'DEA', '01a2184f-8fbb-77d5-9ee8-d19ff4626287', 3, '\x07eb07a86a5f42add37346eb30d350c487411ac6f9d93ae8c41a9834f801bcb5');
INSERT INTO public.security_token VALUES ('\x36b1b0aac0309808473fd2060eab3d166394c1a937ae2cc7df35762c465a36a7', 'AU', '', '2026-11-26 14:43:11.745969+00', NULL, NULL);
INSERT INTO public.security_token VALUES ('\x83232720fdada9735bff72e556644131f050ab9c659241add69f356724b41572', 'AUA', '', '2026-11-26 14:43:11.8306+00', NULL, NULL);
INSERT INTO public.security_token VALUES ('\x0bc35741f01031923d14fe0fef86da24b09a3e2b6b2c9826af98b8f6cd0b4a5b', 'DE', '', '2026-11-26 14:43:11.909298+00', NULL, NULL);
INSERT INTO public.security_token VALUES ('\x31cbc7a93349fec2cadbafa647b3bd28c9adf78573ea11e89a77072087bc02fe', 'DEA', '', '2026-11-26 14:43:11.984435+00', NULL, NULL);
INSERT INTO public.user_account VALUES ('AUA', 'tester', NULL, 'call', '2026-11-26 14:43:16.725812+00');
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.anonymous_declaration
    ADD CONSTRAINT anonymous_declaration_pkey PRIMARY KEY (post_org, id);
ALTER TABLE ONLY public.change_counter
    ADD CONSTRAINT change_counter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.declaration
    ADD CONSTRAINT declaration_pkey PRIMARY KEY (post_org, object_pid);
ALTER TABLE ONLY public.document_version
    ADD CONSTRAINT document_version_pkey PRIMARY KEY (post_org, object_pid, kind, version_no);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT heartbeat_pkey PRIMARY KEY (component);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (org, request_key);
ALTER TABLE ONLY public.interchange_in
    ADD CONSTRAINT interchange_in_pkey PRIMARY KEY (sender, reference);
ALTER TABLE ONLY public.interchange_out
    ADD CONSTRAINT interchange_out_pkey PRIMARY KEY (sender, reference);
ALTER TABLE ONLY public.item_history
    ADD CONSTRAINT item_history_pkey PRIMARY KEY (post_org, object_pid, seq);
ALTER TABLE ONLY public.item_in
    ADD CONSTRAINT item_in_pkey PRIMARY KEY (recipient, sender, reference, message_no, item_no);
ALTER TABLE ONLY public.link_hour
    ADD CONSTRAINT link_hour_pkey PRIMARY KEY (partner, hour);
ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (partner);
ALTER TABLE ONLY public.mail_object
    ADD CONSTRAINT mail_object_pkey PRIMARY KEY (post_org, pid);
ALTER TABLE ONLY public.mail_object
    ADD CONSTRAINT mail_object_post_org_item_id_orig_post_life_no_key UNIQUE (post_org, item_id, orig_post, life_no);
ALTER TABLE ONLY public.marketed_good_buyer
    ADD CONSTRAINT marketed_good_buyer_pkey PRIMARY KEY (buyer, seller, reference_id);
ALTER TABLE ONLY public.marketed_good
    ADD CONSTRAINT marketed_good_pkey PRIMARY KEY (seller, reference_id);
ALTER TABLE ONLY public.message_out
    ADD CONSTRAINT message_out_pkey PRIMARY KEY (post_org, id);
ALTER TABLE ONLY public.migration_lock
    ADD CONSTRAINT migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.office
    ADD CONSTRAINT office_pkey PRIMARY KEY (code);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (code);
ALTER TABLE ONLY public.partner
    ADD CONSTRAINT partner_pkey PRIMARY KEY (code);
ALTER TABLE ONLY public.postal_service
    ADD CONSTRAINT postal_service_pkey PRIMARY KEY (orig_org, service_id);
ALTER TABLE ONLY public.reference_list
    ADD CONSTRAINT reference_list_pkey PRIMARY KEY (kind, org, edition);
ALTER TABLE ONLY public.reference_state
    ADD CONSTRAINT reference_state_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_pkey PRIMARY KEY (post_org, object_pid, reference);
ALTER TABLE ONLY public.referral_response
    ADD CONSTRAINT referral_response_pkey PRIMARY KEY (post_org, object_pid, pid);
ALTER TABLE ONLY public.response
    ADD CONSTRAINT response_pkey PRIMARY KEY (post_org, object_pid, side);
ALTER TABLE ONLY public.seal_entry
    ADD CONSTRAINT seal_entry_pkey PRIMARY KEY (seal_no, post_org, object_pid);
ALTER TABLE ONLY public.seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (seal_no);
ALTER TABLE ONLY public.security_token
    ADD CONSTRAINT security_token_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.trade_history
    ADD CONSTRAINT trade_history_pkey PRIMARY KEY (org, kind, id, seq);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_pkey PRIMARY KEY (org, user_cd);
ALTER TABLE ONLY public.user_office
    ADD CONSTRAINT user_office_pkey PRIMARY KEY (org, user_cd, office);
CREATE INDEX anonymous_declaration_expiry ON public.anonymous_declaration USING btree (expires_at);
CREATE INDEX anonymous_declaration_open ON public.anonymous_declaration USING btree (post_org, pid) WHERE (final_id IS NULL);
CREATE INDEX idempotency_created_at ON public.idempotency USING btree (created_at);
CREATE INDEX interchange_in_quarantined ON public.interchange_in USING btree (partner, received_at) WHERE (state = 1);
CREATE INDEX interchange_in_reference ON public.interchange_in USING btree (reference);
CREATE INDEX interchange_out_open ON public.interchange_out USING btree (partner, state, created_at) WHERE (state = ANY (ARRAY[0, 1, 4]));
CREATE INDEX interchange_out_reference ON public.interchange_out USING btree (reference);
CREATE INDEX item_in_item ON public.item_in USING btree (recipient, item_id);
CREATE INDEX item_in_parked ON public.item_in USING btree (recipient, at) WHERE (fate = 3);
CREATE INDEX mail_object_change ON public.mail_object USING btree (post_org, change_no);
CREATE INDEX mail_object_change_all ON public.mail_object USING btree (change_no);
CREATE INDEX mail_object_pending ON public.mail_object USING btree (post_org, has_response, pid);
CREATE INDEX mail_object_posting ON public.mail_object USING btree (post_org, posting_dt);
CREATE INDEX mail_object_referred ON public.mail_object USING btree (post_org, pid) WHERE (security_state IS NOT NULL);
CREATE INDEX mail_object_state ON public.mail_object USING btree (post_org, mail_state, flow, pid);
CREATE INDEX mail_object_unnumbered ON public.mail_object USING btree (changed_at) WHERE (change_no IS NULL);
CREATE INDEX marketed_good_buyer_good ON public.marketed_good_buyer USING btree (seller, reference_id);
CREATE INDEX marketed_good_everyone ON public.marketed_good USING btree (for_everyone, seller, reference_id);
CREATE INDEX message_out_interchange ON public.message_out USING btree (interchange) WHERE (interchange IS NOT NULL);
CREATE INDEX message_out_item ON public.message_out USING btree (post_org, object_pid, kind);
CREATE INDEX message_out_trouble ON public.message_out USING btree (partner, state, id) WHERE (state = ANY (ARRAY[3, 4]));
CREATE INDEX message_out_waiting ON public.message_out USING btree (partner, id) WHERE (state = 0);
CREATE INDEX office_org ON public.office USING btree (org);
CREATE INDEX organization_country ON public.organization USING btree (country, kind);
CREATE INDEX organization_customs ON public.organization USING btree (customs);
CREATE INDEX partner_token ON public.partner USING btree (token_in);
CREATE INDEX postal_service_way ON public.postal_service USING btree (orig_org, dest_org);
CREATE INDEX referral_code ON public.referral USING btree (post_org, code, object_pid);
CREATE INDEX referral_due ON public.referral USING btree (remind_at) WHERE pending;
CREATE INDEX referral_event ON public.referral USING btree (post_org, event_at, object_pid);
CREATE INDEX referral_pending ON public.referral USING btree (post_org, object_pid) WHERE pending;
CREATE INDEX referral_response_code ON public.referral_response USING btree (post_org, code, object_pid);
CREATE INDEX referral_response_event ON public.referral_response USING btree (post_org, event_at, object_pid);
CREATE INDEX seal_at ON public.seal USING btree (sealed_at);
CREATE INDEX seal_entry_item ON public.seal_entry USING btree (post_org, object_pid, head_seq);
CREATE INDEX security_token_org ON public.security_token USING btree (org);
CREATE INDEX session_expires_at ON public.session USING btree (expires_at);
CREATE INDEX session_of_user ON public.session USING btree (org, user_cd);
ALTER TABLE ONLY public.declaration
    ADD CONSTRAINT declaration_post_org_object_pid_fkey FOREIGN KEY (post_org, object_pid) REFERENCES public.mail_object(post_org, pid);
ALTER TABLE ONLY public.document_version
    ADD CONSTRAINT document_version_post_org_object_pid_fkey FOREIGN KEY (post_org, object_pid) REFERENCES public.mail_object(post_org, pid);
ALTER TABLE ONLY public.marketed_good_buyer
    ADD CONSTRAINT marketed_good_buyer_seller_reference_id_fkey FOREIGN KEY (seller, reference_id) REFERENCES public.marketed_good(seller, reference_id);
ALTER TABLE ONLY public.office
    ADD CONSTRAINT office_org_fkey FOREIGN KEY (org) REFERENCES public.organization(code);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_post_org_object_pid_fkey FOREIGN KEY (post_org, object_pid) REFERENCES public.mail_object(post_org, pid) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.referral_response
    ADD CONSTRAINT referral_response_post_org_object_pid_fkey FOREIGN KEY (post_org, object_pid) REFERENCES public.mail_object(post_org, pid) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.response
    ADD CONSTRAINT response_post_org_object_pid_fkey FOREIGN KEY (post_org, object_pid) REFERENCES public.mail_object(post_org, pid);
ALTER TABLE ONLY public.seal_entry
    ADD CONSTRAINT seal_entry_seal_no_fkey FOREIGN KEY (seal_no) REFERENCES public.seal(seal_no);
ALTER TABLE ONLY public.security_token
    ADD CONSTRAINT security_token_org_fkey FOREIGN KEY (org) REFERENCES public.organization(code);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_org_fkey FOREIGN KEY (org) REFERENCES public.organization(code);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_org_fkey FOREIGN KEY (org) REFERENCES public.organization(code);
ALTER TABLE ONLY public.user_office
    ADD CONSTRAINT user_office_office_fkey FOREIGN KEY (office) REFERENCES public.office(code);
ALTER TABLE ONLY public.user_office
    ADD CONSTRAINT user_office_org_user_cd_fkey FOREIGN KEY (org, user_cd) REFERENCES public.user_account(org, user_cd);
