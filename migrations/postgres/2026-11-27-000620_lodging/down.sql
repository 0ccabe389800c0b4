ALTER TABLE anonymous_declaration DROP COLUMN secret;
