DROP TABLE postal_service;
DROP TABLE marketed_good_buyer;
DROP TABLE marketed_good;
DROP TABLE anonymous_declaration;
