DROP TABLE trade_history;
