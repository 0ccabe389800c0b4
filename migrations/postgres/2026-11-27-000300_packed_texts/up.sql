-- Texts of documents are stored packed from now on, as bytes; what is stored already is read as it is.
ALTER TABLE declaration
    ALTER COLUMN body TYPE BYTEA USING convert_to(body, 'UTF8'),
    ALTER COLUMN quality_findings TYPE BYTEA USING convert_to(quality_findings, 'UTF8');
ALTER TABLE response ALTER COLUMN body TYPE BYTEA USING convert_to(body, 'UTF8');
ALTER TABLE document_version ALTER COLUMN body TYPE BYTEA USING convert_to(body, 'UTF8');
ALTER TABLE referral ALTER COLUMN body TYPE BYTEA USING convert_to(body, 'UTF8');
ALTER TABLE referral_response ALTER COLUMN body TYPE BYTEA USING convert_to(body, 'UTF8');
