-- Texts that were erased become empty documents.
ALTER TABLE referral DROP COLUMN lifts, DROP COLUMN stated_version, DROP COLUMN text_digest;
ALTER TABLE referral_response DROP COLUMN text_digest;
UPDATE declaration SET body = '{}' WHERE body IS NULL;
UPDATE response SET body = '{}' WHERE body IS NULL;
UPDATE referral SET body = '{}' WHERE body IS NULL;
UPDATE referral_response SET body = '{}' WHERE body IS NULL;
ALTER TABLE declaration ALTER COLUMN body SET NOT NULL;
ALTER TABLE response ALTER COLUMN body SET NOT NULL;
ALTER TABLE referral ALTER COLUMN body SET NOT NULL;
ALTER TABLE referral_response ALTER COLUMN body SET NOT NULL;
