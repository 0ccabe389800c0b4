ALTER TABLE oauth_client DROP COLUMN document_links;
ALTER TABLE oauth_client DROP COLUMN real_status;
DROP TABLE courier_block;
DROP TABLE courier_declaration;
