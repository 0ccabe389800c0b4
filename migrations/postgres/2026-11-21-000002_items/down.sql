DROP TABLE change_counter;
DROP TABLE document_version;
DROP TABLE response;
DROP TABLE declaration;
DROP TABLE mail_object;
