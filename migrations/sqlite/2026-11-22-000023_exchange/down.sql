DROP TABLE link_hour;
DROP TABLE item_in;
DROP TABLE interchange_in;
DROP TABLE interchange_out;
DROP TABLE message_out;
DROP TABLE link;
DROP TABLE partner;
