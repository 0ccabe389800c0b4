PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations VALUES('20261121000001','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000002','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000003','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000004','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000010','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000020','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000021','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261121000022','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261122000023','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261122000030','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261122000031','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261122000040','2026-11-26 14:43:02');
INSERT INTO __diesel_schema_migrations VALUES('20261122000041','2026-11-26 14:43:02');
CREATE TABLE organization (
    code TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('P', 'C')),
    country TEXT NOT NULL,
    name TEXT NOT NULL,
    customs TEXT,
    remote BOOLEAN NOT NULL,
    time_zone TEXT NOT NULL,
    creates_users BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO organization VALUES('AU','C','AU','Australian Border Force',NULL,0,'UTC',1,1795704182525790);
INSERT INTO organization VALUES('AUA','P','AU','Australia Post',NULL,0,'UTC',1,1795704182575602);
INSERT INTO organization VALUES('DE','C','DE','Zoll',NULL,0,'UTC',1,1795704182612068);
INSERT INTO organization VALUES('DEA','P','DE','Deutsche Post',NULL,0,'UTC',1,1795704182650491);
CREATE TABLE security_token (
    digest BLOB NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
) WITHOUT ROWID;
INSERT INTO security_token VALUES(X'0bc35741f01031923d14fe0fef86da24b09a3e2b6b2c9826af98b8f6cd0b4a5b','DE','',1795704182633578,NULL,NULL);
INSERT INTO security_token VALUES(X'31cbc7a93349fec2cadbafa647b3bd28c9adf78573ea11e89a77072087bc02fe','DEA','',1795704182667905,NULL,NULL);
INSERT INTO security_token VALUES(X'36b1b0aac0309808473fd2060eab3d166394c1a937ae2cc7df35762c465a36a7','AU','',1795704182548587,NULL,NULL);
INSERT INTO security_token VALUES(X'83232720fdada9735bff72e556644131f050ab9c659241add69f356724b41572','AUA','',1795704182595207,NULL,NULL);
CREATE TABLE office (
    code TEXT NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    name TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE user_account (
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    password_hash TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, user_cd)
) WITHOUT ROWID;
INSERT INTO user_account VALUES('AUA','tester',NULL,'call',1795704187195225);
CREATE TABLE user_office (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL REFERENCES office (code),
    PRIMARY KEY (org, user_cd, office),
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd)
) WITHOUT ROWID;
CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE mail_object (
    post_org TEXT NOT NULL,
    pid BLOB NOT NULL,
    item_id TEXT NOT NULL,
    orig_post TEXT NOT NULL,
    dest_post TEXT NOT NULL,
    life_no INTEGER NOT NULL,
    flow TEXT NOT NULL CHECK (flow IN ('I', 'O', 'T')),
    partner_country TEXT,
    mail_class TEXT,
    mail_category TEXT,
    type_cd TEXT,
    local_id TEXT,
    local_id2 TEXT,
    mail_state INTEGER,
    mail_state_remarks TEXT,
    posting_dt BIGINT,
    zip TEXT,
    customs_visible BOOLEAN NOT NULL,
    has_response BOOLEAN NOT NULL,
    has_dc_response BOOLEAN NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    change_no BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL, declared_at BIGINT, security_state TEXT, watchdog INTEGER, watchdog_remarks TEXT, watchdog_until BIGINT, declaration_seen BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (post_org, pid),
    UNIQUE (post_org, item_id, orig_post, life_no)
) WITHOUT ROWID;
INSERT INTO mail_object VALUES('AUA',X'01a2184f693b75de8fcbf46968dc700e','EE100000018AU','AUA','DEA',1,'O','DE','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'2000',1,0,0,2,X'cd5107cc1ca33d31ccdcf413d8fc9a6c7bab731aa967868e4156d822ec75d885',2,1795704187195225,1795704187208107,1795704187195225,NULL,1,'ask the sender',NULL,1);
INSERT INTO mail_object VALUES('AUA',X'01a2184f69557720adc062d3f62b8af4','EE100000021AU','AUA','DEA',1,'O','DE','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'2000',1,0,0,3,X'8d4d7c9b634db2d06757832d37c70846ae4242b0db501bf8cbfbd45367a590b9',7,1795704187221516,1795704187248067,1795704187221516,NULL,2,'weigh again',4102358400000000,1);
INSERT INTO mail_object VALUES('AUA',X'01a2184f697c73c182880551049456c4','EE100000035AU','ZZZ','ZZZ',1,'T',NULL,'E',NULL,'I',NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1,X'f3f177b340a7c0619639f757f21a65307b9d982467b79824050d9ce0f7808e56',8,1795704187260660,1795704187260660,NULL,NULL,1,'nobody knows it yet',NULL,0);
INSERT INTO mail_object VALUES('AUA',X'01a2184f698a7125894f1f94bbee31a0','EE100000049AU','AUA','DEA',1,'O','DE','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'2000',1,0,0,3,X'b49f44d209d8658aaf44892ae4f142c412203d374db23313c6751f24195c3b5d',13,1795704187274523,1795704187297765,1795704187274523,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('AUA',X'01a2184f69ad759e807322cec386bb28','EE100000052AU','AUA','DEA',1,'O','DE','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'2000',1,0,0,1,X'6a06f13e4e2f4fef7efdbf4012a493006c4c39a2f3fe929c51b396b9ed1c3d52',14,1795704187309704,1795704187309704,1795704187309704,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('AUA',X'01a2184f69bb755e9da086cf8fa40ed8','EE100000066AU','AUA','DEA',1,'O','DE','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'2000',1,0,0,1,X'9fe88d8c60267cd87cdadd9ae0c71ff9c92be0693dccfc521ead9a6498544635',15,1795704187323630,1795704187323630,1795704187323630,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('AUA',X'01a2184f69d8710a8e428395d91345cc','EE100000070AU','AUA','DEA',1,'O','DE','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'2000',1,0,0,3,X'65fcfa188d9ddb1c230177c1bff2da108ff81de9a8e30981a448ac577aa58329',23,1795704187352798,1795704187397567,1795704187352798,NULL,2,'call the sender first',NULL,1);
INSERT INTO mail_object VALUES('DEA',X'01a2184f6949763da2c70bfae9d1a75e','EE100000018AU','AUA','DEA',1,'I','AU','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'53113',1,0,0,1,X'e96dc21d684790e65cfc94a100368f1ba4a7bbb1ee50a1c885696adf5166abb4',3,1795704187209416,1795704187209416,1795704187209416,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('DEA',X'01a2184f69657065bc72a4d526d1c352','EE100000021AU','AUA','DEA',1,'I','AU','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'53113',1,0,0,2,X'31a3dd681b097ce0bbf919f180db2db9db6cd76501d70dbfb026f7d214f69edb',9,1795704187237282,1795704187261432,1795704187237282,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('DEA',X'01a2184f699977a6b5475585f3f41b77','EE100000049AU','AUA','DEA',1,'I','AU','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'53113',1,0,0,1,X'10aa9f3ab2feb3eb95d2f9d09eabbbed6c122ecdb03aa37e740cf811216202fb',12,1795704187289358,1795704187289358,1795704187289358,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('DEA',X'01a2184f69c070968aab727b705480b5','EE100000052AU','AUA','DEA',1,'I','AU','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'53113',1,0,0,1,X'22930911954e394c18f7d8ab42ddd3b801103fce39c9064b230db8cf1a096e27',16,1795704187327798,1795704187327798,1795704187327798,NULL,NULL,NULL,NULL,1);
INSERT INTO mail_object VALUES('DEA',X'01a2184f69c777c7bbf62ae4b6163136','EE100000066AU','AUA','DEA',1,'I','AU','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'53113',1,0,0,2,X'0db65c1fa77cd39e149f0ae85f79eab8301df628a462746bc5d1d97de8ea8432',18,1795704187335249,1795704187337650,1795704187335249,NULL,1,'over',1577836800000000,1);
INSERT INTO mail_object VALUES('DEA',X'01a2184f69e77751bc5a628c876fa108','EE100000070AU','AUA','DEA',1,'I','AU','E',NULL,'I',NULL,NULL,NULL,NULL,1795168800000000,'53113',1,0,0,3,X'cb39ad1695e1f88daed53e6716d9410581118352c2057706b17b063efbd1b990',21,1795704187367354,1795704187369998,1795704187369998,NULL,1,'seize it',NULL,1);
CREATE TABLE declaration (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    pid BLOB NOT NULL,
    state_cd INTEGER NOT NULL,
    customs_org TEXT,
    seen BOOLEAN NOT NULL,
    sent BOOLEAN NOT NULL,
    version_no INTEGER NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL, quality_score INTEGER, quality_findings TEXT,
    PRIMARY KEY (post_org, object_pid),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);
INSERT INTO declaration VALUES('AUA',X'01a2184f693b75de8fcbf46968dc700e',X'01a2184f693b75de8fcbf46a9a032efa',2,'AU',1,1,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 7; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('DEA',X'01a2184f6949763da2c70bfae9d1a75e',X'01a2184f6949763da2c70bfb1c5e9a81',2,'DE',1,0,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 7; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('AUA',X'01a2184f69557720adc062d3f62b8af4',X'01a2184f69557720adc062d4cffad246',2,'AU',1,1,2,X'ae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d','{"CommercialTransactions":[],"ContentPieces":[{"Amount":40,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('DEA',X'01a2184f69657065bc72a4d526d1c352',X'01a2184f69657065bc72a4d60c2da490',2,'DE',1,0,2,X'ae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d','{"CommercialTransactions":[],"ContentPieces":[{"Amount":40,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('AUA',X'01a2184f698a7125894f1f94bbee31a0',X'01a2184f698a7125894f1f95ac409623',2,'AU',1,1,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 8; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('DEA',X'01a2184f699977a6b5475585f3f41b77',X'01a2184f699977a6b5475586479ec31a',2,'DE',1,0,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 8; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('AUA',X'01a2184f69ad759e807322cec386bb28',X'01a2184f69ad759e807322cfe8f099a1',2,'AU',1,1,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 1; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('AUA',X'01a2184f69bb755e9da086cf8fa40ed8',X'01a2184f69bb755e9da086d0520a9d6f',2,'AU',1,1,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('DEA',X'01a2184f69c070968aab727b705480b5',X'01a2184f69c070968aab727c5539f8fe',2,'DE',1,0,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 1; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('DEA',X'01a2184f69c777c7bbf62ae4b6163136',X'01a2184f69c777c7bbf62ae5e2f467d0',2,'DE',1,0,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 5; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('AUA',X'01a2184f69d8710a8e428395d91345cc',X'01a2184f69d8710a8e428396b998668f',2,'AU',1,1,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 9; compare with the label","Level":"warn"}]');
INSERT INTO declaration VALUES('DEA',X'01a2184f69e77751bc5a628c876fa108',X'01a2184f69ea7273ad0bf86072bc5bc4',2,'DE',1,0,1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}',95,'[{"Rule":"item_id_check_digit","Path":"MailObject.Id","Message":"the check digit should be 9; compare with the label","Level":"warn"}]');
CREATE TABLE response (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('O', 'D')),
    pid BLOB NOT NULL,
    state_cd INTEGER NOT NULL,
    customs_org TEXT,
    author_org TEXT NOT NULL,
    sent BOOLEAN NOT NULL,
    decision_cd TEXT,
    decided_at BIGINT NOT NULL,
    version_no INTEGER NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL, fiscal_state TEXT,
    PRIMARY KEY (post_org, object_pid, side),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);
CREATE TABLE document_version (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('D', 'O', 'X')),
    version_no INTEGER NOT NULL,
    digest BLOB NOT NULL,
    body TEXT,
    PRIMARY KEY (post_org, object_pid, kind, version_no),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);
INSERT INTO document_version VALUES('AUA',X'01a2184f69557720adc062d3f62b8af4','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}');
INSERT INTO document_version VALUES('DEA',X'01a2184f69657065bc72a4d526d1c352','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7','{"CommercialTransactions":[],"ContentPieces":[{"Amount":38.50,"CurrencyCd":"EUR","Description":"Wooden boomerang","ExtraFieldNames":[],"ExtraFieldValues":[],"HS":"950300","ImportRestrictions":null,"ImportRestrictionsNotes":null,"Index":1,"NetWeight":1,"Number":1,"OrigCountryCd":"AU","RevisedDescription":null,"RevisedHS":null}],"Documents":[],"ExtraFieldNames":[],"ExtraFieldValues":[],"GrossWeight":1.5,"HandlingClassCd":null,"InsuredValue":null,"InsuredValueCurrencyCd":null,"MaxIndex":null,"NatureTypeCd":"31","PackageImageLocalPath":null,"PackageImageSourceInfo":null,"Postage":12.5,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"Weg 1","RecipientAddressLine2":null,"RecipientCity":"Bonn","RecipientCountryCd":"DE","RecipientEmail":null,"RecipientFax":null,"RecipientFirstName":"Erika","RecipientIdRef":null,"RecipientLastName":"Beispiel","RecipientName":null,"RecipientState":null,"RecipientTelephone":"+49 1","RecipientZIP":"53113","SenderAddressLine1":"1 Quay St","SenderAddressLine2":null,"SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":null,"SenderFirstName":"Ann","SenderIdRef":null,"SenderLastName":"Harbour","SenderName":null,"SenderState":null,"SenderTelephone":null,"SenderZIP":"2000","TransportDate":null,"TransportMode":null}');
CREATE TABLE change_counter (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    last_no BIGINT NOT NULL
);
INSERT INTO change_counter VALUES(1,23);
CREATE TABLE item_history (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_org TEXT NOT NULL,
    user_cd TEXT,
    office_cd TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL,
    doc_kind TEXT,
    doc_version INTEGER,
    doc_digest BLOB,
    hash BLOB NOT NULL,
    PRIMARY KEY (post_org, object_pid, seq)
) WITHOUT ROWID;
INSERT INTO item_history VALUES('AUA',X'01a2184f693b75de8fcbf46968dc700e',1,1795704187195225,'AUA','tester',NULL,'declaration.final','{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"UserCreated":true,"DeclarationRow":"465ead52745462f353ef923092735b68","ObjectRow":"0321199c8a21cf7d1feaadc24c33a1c4"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'046279708dd9a1dcf909c5d24a9861c5409bd2455812385e9803e7a6d926bbf8');
INSERT INTO item_history VALUES('AUA',X'01a2184f693b75de8fcbf46968dc700e',2,1795704187208107,'AUA',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"ask the sender","ObjectRow":"971bce6f1d6d8a00168628610eb64015"}',NULL,NULL,NULL,X'cd5107cc1ca33d31ccdcf413d8fc9a6c7bab731aa967868e4156d822ec75d885');
INSERT INTO item_history VALUES('AUA',X'01a2184f69557720adc062d3f62b8af4',1,1795704187221516,'AUA','tester',NULL,'declaration.final','{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"a58d50c0590b048abe980183721171d9","ObjectRow":"5e33ee70a75bed4811e13a82f5c60c36"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'06edc757ab157f62359e7e662eeccc14bb585d5fc8e2c4fa22b5dcacfce5700f');
INSERT INTO item_history VALUES('AUA',X'01a2184f69557720adc062d3f62b8af4',2,1795704187234782,'AU',NULL,NULL,'watchdog.set','{"ExpiryDt":"/Date(4102358400000+0000)/","MailObject":[],"Operation":"MarkWithWarning","Remarks":"weigh again","ObjectRow":"a029cb14a0052fc6d7a58cad5341e0e8"}',NULL,NULL,NULL,X'2cd809dc5b5426b8c41042e5614688bd2887bddb8c1355b145da940d91b4b438');
INSERT INTO item_history VALUES('AUA',X'01a2184f69557720adc062d3f62b8af4',3,1795704187248067,'AUA','tester',NULL,'declaration.final','{"Data":["ContentPieces"],"DeclarationRow":"43f34432d0c6699201ba577f2ea6ccdf","ObjectRow":"a029cb14a0052fc6d7a58cad5341e0e8"}','D',2,X'ae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d',X'8d4d7c9b634db2d06757832d37c70846ae4242b0db501bf8cbfbd45367a590b9');
INSERT INTO item_history VALUES('AUA',X'01a2184f697c73c182880551049456c4',1,1795704187260660,'AUA',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"nobody knows it yet","ObjectRow":"6b43aa7ed7a89533150bcf20a04aef0e"}',NULL,NULL,NULL,X'f3f177b340a7c0619639f757f21a65307b9d982467b79824050d9ce0f7808e56');
INSERT INTO item_history VALUES('AUA',X'01a2184f698a7125894f1f94bbee31a0',1,1795704187274523,'AUA','tester',NULL,'declaration.final','{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"72bf326448ed3fc76e307a02e9260376","ObjectRow":"d20e5d7b85edf3f088660ff3e669abcb"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'c14911b4b959c8081a0793b9239341cd72cfb8ca0e58e9a5dc071ce357f46499');
INSERT INTO item_history VALUES('AUA',X'01a2184f698a7125894f1f94bbee31a0',2,1795704187286039,'AUA',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"no more","ObjectRow":"ae077b6008541122b8097b4c260ee044"}',NULL,NULL,NULL,X'19c74d57846bbdf290951b681bc504db807aca4e0f10ba9b194bb86edeaaf4ca');
INSERT INTO item_history VALUES('AUA',X'01a2184f698a7125894f1f94bbee31a0',3,1795704187297765,'AUA',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"Clear","Remarks":null,"ObjectRow":"d20e5d7b85edf3f088660ff3e669abcb"}',NULL,NULL,NULL,X'b49f44d209d8658aaf44892ae4f142c412203d374db23313c6751f24195c3b5d');
INSERT INTO item_history VALUES('AUA',X'01a2184f69ad759e807322cec386bb28',1,1795704187309704,'AUA','tester',NULL,'declaration.final','{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"607572a4f3a81e59d9f6bb24582bba08","ObjectRow":"694c803b301a3e9283922f22373975da"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'6a06f13e4e2f4fef7efdbf4012a493006c4c39a2f3fe929c51b396b9ed1c3d52');
INSERT INTO item_history VALUES('AUA',X'01a2184f69bb755e9da086cf8fa40ed8',1,1795704187323630,'AUA','tester',NULL,'declaration.final','{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"6318a19ec42336da5636c8a700ba619e","ObjectRow":"466cc555939c92e1d85f1a22e4c4b402"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'9fe88d8c60267cd87cdadd9ae0c71ff9c92be0693dccfc521ead9a6498544635');
INSERT INTO item_history VALUES('AUA',X'01a2184f69d8710a8e428395d91345cc',1,1795704187352798,'AUA','tester',NULL,'declaration.final','{"MailObject":["MailClassCd","DestPostOrgCd","PostingDt"],"DeclarationRow":"b33a0415c92db95b1fbd86ce4c62a155","ObjectRow":"2446a021f45abb5a0e0ed1f4c716fd52"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'7123160331a7c9e167dc45fbd976ebeafa05b4871207abc7e000b1423dadd8f5');
INSERT INTO item_history VALUES('AUA',X'01a2184f69d8710a8e428395d91345cc',2,1795704187384490,'AUA',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"MarkWithWarning","Remarks":"call the sender","ObjectRow":"51b1d35603b81049643ec6586888efad"}',NULL,NULL,NULL,X'ea43a8f7c718a82e4a6dbda8b9460a3797ec6eed23cf85f5ae4b8e52d03c10c6');
INSERT INTO item_history VALUES('AUA',X'01a2184f69d8710a8e428395d91345cc',3,1795704187397567,'AU',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"MarkWithWarning","Remarks":"call the sender first","ObjectRow":"7257b9339ea7a3675c30515d9b809f34"}',NULL,NULL,NULL,X'65fcfa188d9ddb1c230177c1bff2da108ff81de9a8e30981a448ac577aa58329');
INSERT INTO item_history VALUES('DEA',X'01a2184f6949763da2c70bfae9d1a75e',1,1795704187209416,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"5a179ea855bd35b36720adcad7e9bb86","ObjectRow":"2da7de14fbe521d5656b07fa850dfd28"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'e96dc21d684790e65cfc94a100368f1ba4a7bbb1ee50a1c885696adf5166abb4');
INSERT INTO item_history VALUES('DEA',X'01a2184f69657065bc72a4d526d1c352',1,1795704187237282,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"2bfe7ee735229c9466f58a8aafb654ec","ObjectRow":"aaa3950176e2cee50d6631189e0cb447"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'411e6c1b869821ebd7cbd7535d48914af02b1411e38652fd5513008c0111965d');
INSERT INTO item_history VALUES('DEA',X'01a2184f69657065bc72a4d526d1c352',2,1795704187261432,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"562153d3467145df0a4bd657e276b16d","ObjectRow":"aaa3950176e2cee50d6631189e0cb447"}','D',2,X'ae40bc06b871812c077aa82d26db18ca80b45f3c0d60527e12ddb6b1e2dae33d',X'31a3dd681b097ce0bbf919f180db2db9db6cd76501d70dbfb026f7d214f69edb');
INSERT INTO item_history VALUES('DEA',X'01a2184f699977a6b5475585f3f41b77',1,1795704187289358,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"800fe7045607f89d79cb87d0d96218aa","ObjectRow":"cb0db6e6c79c8924abe748d843ce02c5"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'10aa9f3ab2feb3eb95d2f9d09eabbbed6c122ecdb03aa37e740cf811216202fb');
INSERT INTO item_history VALUES('DEA',X'01a2184f69c070968aab727b705480b5',1,1795704187327798,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"beca9f42d5321ac8228222d0e025e2bb","ObjectRow":"658f5c40a2f32ec804ae9114428d5e80"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'22930911954e394c18f7d8ab42ddd3b801103fce39c9064b230db8cf1a096e27');
INSERT INTO item_history VALUES('DEA',X'01a2184f69c777c7bbf62ae4b6163136',1,1795704187335249,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"cc0c9653e35d06a88613931d74b88f08","ObjectRow":"c19b3cb08cb652374189cff712494ab1"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'ba681149feb321c127fc51a98a76c872f0fc6d6637cae542e1419ff34bbe93cc');
INSERT INTO item_history VALUES('DEA',X'01a2184f69c777c7bbf62ae4b6163136',2,1795704187337650,'DE',NULL,NULL,'watchdog.set','{"ExpiryDt":"/Date(1577836800000+0000)/","MailObject":[],"Operation":"MarkAsBlocked","Remarks":"over","ObjectRow":"41e78dc64784fcad8246504c96b797e1"}',NULL,NULL,NULL,X'0db65c1fa77cd39e149f0ae85f79eab8301df628a462746bc5d1d97de8ea8432');
INSERT INTO item_history VALUES('DEA',X'01a2184f69e77751bc5a628c876fa108',1,1795704187367354,'DE',NULL,NULL,'watchdog.set','{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"seize it","ObjectRow":"a74d73908c1cacbdd31f8025e7cadda2"}',NULL,NULL,NULL,X'292a52246a5741669e92089e742bc224fa19cf0b70d1e97b2f5ee66285b7acd3');
INSERT INTO item_history VALUES('DEA',X'01a2184f69e77751bc5a628c876fa108',2,1795704187369998,'AUA',NULL,NULL,'object.origin-known','{"ObjectRow":"f84cbe53930fc8c8fc21db2d3b2b62ad"}',NULL,NULL,NULL,X'428a941926913f077c04ce4f04a5d25737a0521af2696f06745cae3ff34f4f52');
INSERT INTO item_history VALUES('DEA',X'01a2184f69e77751bc5a628c876fa108',3,1795704187369998,'AUA',NULL,NULL,'declaration.received','{"IssuedAt":"/Date(1795704187000+0000)/","DeclarationRow":"6724ec7109857ad6060ba7a7d8cdbe32","ObjectRow":"f84cbe53930fc8c8fc21db2d3b2b62ad"}','D',1,X'4d5adf8ab11d7a3ca2d7b429b644dc456a544dba38cd517d343c1562ce9d10c7',X'cb39ad1695e1f88daed53e6716d9410581118352c2057706b17b063efbd1b990');
CREATE TABLE seal (
    seal_no BIGINT NOT NULL PRIMARY KEY,
    sealed_at BIGINT NOT NULL,
    through_change_no BIGINT NOT NULL,
    entries INTEGER NOT NULL,
    hash BLOB NOT NULL
);
INSERT INTO seal VALUES(1,1795704187727256,23,13,X'42e071cda4f709e06ebeaad7fef5c2fad09f49c8a450eb64bc63e050b679dc44');
CREATE TABLE seal_entry (
    seal_no BIGINT NOT NULL REFERENCES seal (seal_no),
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    PRIMARY KEY (seal_no, post_org, object_pid)
) WITHOUT ROWID;
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f693b75de8fcbf46968dc700e',2,X'cd5107cc1ca33d31ccdcf413d8fc9a6c7bab731aa967868e4156d822ec75d885');
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f69557720adc062d3f62b8af4',3,X'8d4d7c9b634db2d06757832d37c70846ae4242b0db501bf8cbfbd45367a590b9');
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f697c73c182880551049456c4',1,X'f3f177b340a7c0619639f757f21a65307b9d982467b79824050d9ce0f7808e56');
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f698a7125894f1f94bbee31a0',3,X'b49f44d209d8658aaf44892ae4f142c412203d374db23313c6751f24195c3b5d');
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f69ad759e807322cec386bb28',1,X'6a06f13e4e2f4fef7efdbf4012a493006c4c39a2f3fe929c51b396b9ed1c3d52');
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f69bb755e9da086cf8fa40ed8',1,X'9fe88d8c60267cd87cdadd9ae0c71ff9c92be0693dccfc521ead9a6498544635');
INSERT INTO seal_entry VALUES(1,'AUA',X'01a2184f69d8710a8e428395d91345cc',3,X'65fcfa188d9ddb1c230177c1bff2da108ff81de9a8e30981a448ac577aa58329');
INSERT INTO seal_entry VALUES(1,'DEA',X'01a2184f6949763da2c70bfae9d1a75e',1,X'e96dc21d684790e65cfc94a100368f1ba4a7bbb1ee50a1c885696adf5166abb4');
INSERT INTO seal_entry VALUES(1,'DEA',X'01a2184f69657065bc72a4d526d1c352',2,X'31a3dd681b097ce0bbf919f180db2db9db6cd76501d70dbfb026f7d214f69edb');
INSERT INTO seal_entry VALUES(1,'DEA',X'01a2184f699977a6b5475585f3f41b77',1,X'10aa9f3ab2feb3eb95d2f9d09eabbbed6c122ecdb03aa37e740cf811216202fb');
INSERT INTO seal_entry VALUES(1,'DEA',X'01a2184f69c070968aab727b705480b5',1,X'22930911954e394c18f7d8ab42ddd3b801103fce39c9064b230db8cf1a096e27');
INSERT INTO seal_entry VALUES(1,'DEA',X'01a2184f69c777c7bbf62ae4b6163136',2,X'0db65c1fa77cd39e149f0ae85f79eab8301df628a462746bc5d1d97de8ea8432');
INSERT INTO seal_entry VALUES(1,'DEA',X'01a2184f69e77751bc5a628c876fa108',3,X'cb39ad1695e1f88daed53e6716d9410581118352c2057706b17b063efbd1b990');
CREATE TABLE idempotency (
    org TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL, warnings INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org, request_key)
) WITHOUT ROWID;
CREATE TABLE heartbeat (
    component TEXT NOT NULL PRIMARY KEY,
    last_at BIGINT NOT NULL
);
CREATE TABLE reference_list (
    kind TEXT NOT NULL,
    org TEXT NOT NULL,
    edition TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, org, edition)
);
CREATE TABLE reference_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version_no BIGINT NOT NULL
);
INSERT INTO reference_state VALUES(1,0);
CREATE TABLE referral (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    reference TEXT NOT NULL,
    code TEXT NOT NULL,
    raised_by TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    remind_at BIGINT,
    due_at BIGINT,
    pending BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (post_org, object_pid, reference),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE referral_response (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    pid BLOB NOT NULL,
    reference TEXT NOT NULL,
    code TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (post_org, object_pid, pid),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE anonymous_declaration (
    post_org TEXT NOT NULL,
    id TEXT NOT NULL,
    pid BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The item id it became.
    final_id TEXT,
    dest_post TEXT,
    mail_class TEXT,
    office_cd TEXT,
    user_cd TEXT,
    sender_name_key TEXT,
    sender_email_key TEXT,
    sender_telephone_key TEXT,
    recipient_name_key TEXT,
    recipient_country TEXT,
    recipient_zip_key TEXT,
    body TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (post_org, id)
) WITHOUT ROWID;
CREATE TABLE marketed_good (
    seller TEXT NOT NULL,
    reference_id INTEGER NOT NULL,
    valid_from BIGINT,
    valid_to BIGINT,
    for_everyone BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (seller, reference_id)
) WITHOUT ROWID;
CREATE TABLE marketed_good_buyer (
    buyer TEXT NOT NULL,
    seller TEXT NOT NULL,
    reference_id INTEGER NOT NULL,
    PRIMARY KEY (buyer, seller, reference_id),
    FOREIGN KEY (seller, reference_id) REFERENCES marketed_good (seller, reference_id)
) WITHOUT ROWID;
CREATE TABLE postal_service (
    orig_org TEXT NOT NULL,
    service_id BLOB NOT NULL,
    -- Empty: to every post.
    dest_org TEXT NOT NULL,
    valid_from BIGINT,
    valid_to BIGINT,
    changed_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (orig_org, service_id)
) WITHOUT ROWID;
CREATE TABLE partner (
    code TEXT NOT NULL PRIMARY KEY,
    transport TEXT NOT NULL CHECK (transport IN ('http', 'directory')),
    -- URL of the partner's inbox, or the folder with `out` and `in`.
    endpoint TEXT NOT NULL,
    -- The rest of the agreement, as JSON.
    agreement TEXT NOT NULL,
    -- SHA-256 of the token the partner calls us with; organizations behind one gateway share it.
    token_in BLOB,
    token_out TEXT,
    sign_key TEXT,
    changed_at BIGINT NOT NULL
);
CREATE TABLE link (
    partner TEXT NOT NULL PRIMARY KEY,
    lease_owner BLOB,
    lease_until BIGINT,
    failures INTEGER NOT NULL,
    next_attempt_at BIGINT,
    last_error TEXT,
    last_sent_at BIGINT,
    last_received_at BIGINT
);
INSERT INTO link VALUES('DEA',NULL,NULL,0,NULL,NULL,1795704187373538,NULL);
INSERT INTO link VALUES('AUA',NULL,NULL,0,NULL,NULL,NULL,1795704187369998);
CREATE TABLE message_out (
    post_org TEXT NOT NULL,
    id BLOB NOT NULL,
    partner TEXT NOT NULL,
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    withdraws BOOLEAN NOT NULL,
    item_id TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    item_seq INTEGER NOT NULL,
    version_no INTEGER,
    reference TEXT,
    digest BLOB NOT NULL,
    body TEXT,
    state INTEGER NOT NULL,
    interchange TEXT,
    message_ref TEXT,
    note TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    PRIMARY KEY (post_org, id)
) WITHOUT ROWID;
CREATE TABLE interchange_out (
    sender TEXT NOT NULL,
    reference TEXT NOT NULL,
    partner TEXT NOT NULL,
    form TEXT NOT NULL,
    bytes BLOB NOT NULL,
    digest BLOB NOT NULL,
    items INTEGER NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    note TEXT,
    answer BLOB,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    answered_at BIGINT,
    PRIMARY KEY (sender, reference)
);
CREATE TABLE interchange_in (
    sender TEXT NOT NULL,
    reference TEXT NOT NULL,
    partner TEXT NOT NULL,
    recipient TEXT NOT NULL,
    bytes BLOB NOT NULL,
    digest BLOB NOT NULL,
    items INTEGER NOT NULL,
    state INTEGER NOT NULL,
    findings TEXT,
    answer BLOB,
    repeats INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (sender, reference)
);
CREATE TABLE item_in (
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    reference TEXT NOT NULL,
    message_no INTEGER NOT NULL,
    item_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    fate INTEGER NOT NULL,
    note TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (recipient, sender, reference, message_no, item_no)
) WITHOUT ROWID;
CREATE TABLE link_hour (
    partner TEXT NOT NULL,
    hour BIGINT NOT NULL,
    items INTEGER NOT NULL,
    late INTEGER NOT NULL,
    blank INTEGER NOT NULL,
    PRIMARY KEY (partner, hour)
);
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 VALUES('change_counter',NULL,'1');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object','1000000 200000 1');
INSERT INTO sqlite_stat1 VALUES('mail_object','sqlite_autoindex_mail_object_2','1000000 200000 1 1 1');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object_posting','1000000 200000 2');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object_state','1000000 200000 20000 10000 1');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object_pending','1000000 200000 100000 1');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object_change','1000000 200000 1');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object_change_all','1000000 1');
INSERT INTO sqlite_stat1 VALUES('mail_object','mail_object_referred','10000 2000 1');
INSERT INTO sqlite_stat1 VALUES('declaration','sqlite_autoindex_declaration_1','1000000 200000 1');
INSERT INTO sqlite_stat1 VALUES('response','sqlite_autoindex_response_1','1000000 200000 2 1');
INSERT INTO sqlite_stat1 VALUES('document_version','sqlite_autoindex_document_version_1','1000000 200000 3 2 1');
INSERT INTO sqlite_stat1 VALUES('item_history','item_history','3000000 600000 3 1');
INSERT INTO sqlite_stat1 VALUES('seal_entry','seal_entry','3000000 3000 500 1');
INSERT INTO sqlite_stat1 VALUES('seal_entry','seal_entry_item','3000000 600000 3 1');
INSERT INTO sqlite_stat1 VALUES('referral','sqlite_autoindex_referral_1','100000 20000 2 1');
INSERT INTO sqlite_stat1 VALUES('referral','referral_code','100000 20000 5000 2');
INSERT INTO sqlite_stat1 VALUES('referral','referral_event','100000 20000 2 1');
INSERT INTO sqlite_stat1 VALUES('referral','referral_pending','10000 2000 2');
INSERT INTO sqlite_stat1 VALUES('referral','referral_due','10000 2');
INSERT INTO sqlite_stat1 VALUES('referral_response','sqlite_autoindex_referral_response_1','100000 20000 2 1');
INSERT INTO sqlite_stat1 VALUES('referral_response','referral_response_code','100000 20000 5000 2');
INSERT INTO sqlite_stat1 VALUES('referral_response','referral_response_event','100000 20000 2 1');
INSERT INTO sqlite_stat1 VALUES('message_out','message_out','1000000 200000 1');
INSERT INTO sqlite_stat1 VALUES('message_out','message_out_item','1000000 200000 2 1');
INSERT INTO sqlite_stat1 VALUES('message_out','message_out_waiting','10000 1000 1');
INSERT INTO sqlite_stat1 VALUES('message_out','message_out_interchange','1000000 100');
INSERT INTO sqlite_stat1 VALUES('message_out','message_out_trouble','1000 100 50 1');
INSERT INTO sqlite_stat1 VALUES('item_in','item_in','1000000 200000 20000 100 10 1');
INSERT INTO sqlite_stat1 VALUES('item_in','item_in_item','1000000 200000 2');
INSERT INTO sqlite_stat1 VALUES('item_in','item_in_parked','1000 200 2');
INSERT INTO sqlite_stat1 VALUES('anonymous_declaration','anonymous_declaration','100000 20000 1');
INSERT INTO sqlite_stat1 VALUES('anonymous_declaration','anonymous_declaration_open','10000 2000 1');
INSERT INTO sqlite_stat1 VALUES('anonymous_declaration','anonymous_declaration_expiry','100000 2');
INSERT INTO sqlite_stat1 VALUES('trade_history','trade_history','100000 20000 10000 3 1');
ANALYZE sqlite_schema;
CREATE TABLE trade_history (
    org TEXT NOT NULL,
    -- good, service or anonymous.
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_org TEXT NOT NULL,
    user_cd TEXT,
    office_cd TEXT,
    event TEXT NOT NULL,
    -- Of the content that came.
    digest BLOB NOT NULL,
    -- The content that it took the place of; absent when there was none, or when it was erased.
    replaced TEXT,
    PRIMARY KEY (org, kind, id, seq)
) WITHOUT ROWID;
CREATE INDEX organization_country ON organization (country, kind);
CREATE INDEX organization_customs ON organization (customs);
CREATE INDEX security_token_org ON security_token (org);
CREATE INDEX office_org ON office (org);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
CREATE INDEX mail_object_posting ON mail_object (post_org, posting_dt);
CREATE INDEX mail_object_state ON mail_object (post_org, mail_state, flow, pid);
CREATE INDEX mail_object_pending ON mail_object (post_org, has_response, pid);
CREATE INDEX mail_object_change ON mail_object (post_org, change_no);
CREATE INDEX mail_object_change_all ON mail_object (change_no);
CREATE INDEX seal_at ON seal (sealed_at);
CREATE INDEX seal_entry_item ON seal_entry (post_org, object_pid, head_seq);
CREATE INDEX idempotency_created_at ON idempotency (created_at);
CREATE INDEX mail_object_referred ON mail_object (post_org, pid) WHERE security_state IS NOT NULL;
CREATE INDEX referral_code ON referral (post_org, code, object_pid);
CREATE INDEX referral_event ON referral (post_org, event_at, object_pid);
CREATE INDEX referral_pending ON referral (post_org, object_pid) WHERE pending;
CREATE INDEX referral_due ON referral (remind_at) WHERE pending;
CREATE INDEX referral_response_code ON referral_response (post_org, code, object_pid);
CREATE INDEX referral_response_event ON referral_response (post_org, event_at, object_pid);
CREATE INDEX anonymous_declaration_open ON anonymous_declaration (post_org, pid) WHERE final_id IS NULL;
CREATE INDEX anonymous_declaration_expiry ON anonymous_declaration (expires_at);
CREATE INDEX marketed_good_everyone ON marketed_good (for_everyone, seller, reference_id);
CREATE INDEX marketed_good_buyer_good ON marketed_good_buyer (seller, reference_id);
CREATE INDEX postal_service_way ON postal_service (orig_org, dest_org);
CREATE INDEX partner_token ON partner (token_in);
CREATE INDEX message_out_waiting ON message_out (partner, id) WHERE state = 0;
CREATE INDEX message_out_item ON message_out (post_org, object_pid, kind);
CREATE INDEX message_out_interchange ON message_out (interchange) WHERE interchange IS NOT NULL;
CREATE INDEX message_out_trouble ON message_out (partner, state, id) WHERE state IN (3, 4);
CREATE INDEX interchange_out_open ON interchange_out (partner, state, created_at) WHERE state IN (0, 1, 4);
CREATE INDEX interchange_out_reference ON interchange_out (reference);
CREATE INDEX interchange_in_quarantined ON interchange_in (partner, received_at) WHERE state = 1;
CREATE INDEX interchange_in_reference ON interchange_in (reference);
CREATE INDEX item_in_item ON item_in (recipient, item_id);
CREATE INDEX item_in_parked ON item_in (recipient, at) WHERE fate = 3;
COMMIT;
