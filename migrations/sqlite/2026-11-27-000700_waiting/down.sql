DROP INDEX message_out_mending;
DROP INDEX declaration_draft;
DROP INDEX referral_waiting;
