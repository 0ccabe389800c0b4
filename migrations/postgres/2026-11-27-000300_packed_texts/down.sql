-- The program unpacks the texts before it takes this back.
ALTER TABLE declaration
    ALTER COLUMN body TYPE TEXT USING convert_from(body, 'UTF8'),
    ALTER COLUMN quality_findings TYPE TEXT USING convert_from(quality_findings, 'UTF8');
ALTER TABLE response ALTER COLUMN body TYPE TEXT USING convert_from(body, 'UTF8');
ALTER TABLE document_version ALTER COLUMN body TYPE TEXT USING convert_from(body, 'UTF8');
ALTER TABLE referral ALTER COLUMN body TYPE TEXT USING convert_from(body, 'UTF8');
ALTER TABLE referral_response ALTER COLUMN body TYPE TEXT USING convert_from(body, 'UTF8');
