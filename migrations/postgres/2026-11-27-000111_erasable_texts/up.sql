-- Texts of documents, referrals and answers may be erased: what is proven of them are digests. What a referral says that goes
-- on counting (the version it is about, the stop it lifts) stands in columns; of rows of before it is read in the text.
ALTER TABLE declaration ALTER COLUMN body DROP NOT NULL;
ALTER TABLE response ALTER COLUMN body DROP NOT NULL;
ALTER TABLE referral ALTER COLUMN body DROP NOT NULL;
ALTER TABLE referral_response ALTER COLUMN body DROP NOT NULL;
-- SHA-256 of the text; absent for what was stored before it was kept.
ALTER TABLE referral ADD COLUMN text_digest bytea;
ALTER TABLE referral_response ADD COLUMN text_digest bytea;
-- The version that its author named, and the reference of the stop that it lifts.
ALTER TABLE referral ADD COLUMN stated_version text, ADD COLUMN lifts text;
