//! The tables, as `migrations/` makes them on both engines.

diesel::table! {
    organization (code) {
        code -> Text,
        kind -> Text,
        country -> Text,
        name -> Text,
        customs -> Nullable<Text>,
        remote -> Bool,
        time_zone -> Text,
        creates_users -> Bool,
        created_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    security_token (digest) {
        digest -> Binary,
        org -> Text,
        label -> Text,
        created_at -> crate::store::types::DbTime,
        expires_at -> Nullable<crate::store::types::DbTime>,
        revoked_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    office (code) {
        code -> Text,
        org -> Text,
        name -> Text,
    }
}

diesel::table! {
    user_account (org, user_cd) {
        org -> Text,
        user_cd -> Text,
        password_hash -> Nullable<Text>,
        created_by -> Text,
        created_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    user_office (org, user_cd, office) {
        org -> Text,
        user_cd -> Text,
        office -> Text,
    }
}

diesel::table! {
    session (digest) {
        digest -> Binary,
        org -> Text,
        user_cd -> Text,
        office -> Text,
        created_at -> crate::store::types::DbTime,
        seen_at -> crate::store::types::DbTime,
        expires_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    mail_object (post_org, pid) {
        post_org -> Text,
        pid -> crate::store::types::DbId,
        item_id -> Text,
        orig_post -> Text,
        dest_post -> Text,
        life_no -> Integer,
        flow -> Text,
        partner_country -> Nullable<Text>,
        mail_class -> Nullable<Text>,
        mail_category -> Nullable<Text>,
        type_cd -> Nullable<Text>,
        local_id -> Nullable<Text>,
        local_id2 -> Nullable<Text>,
        mail_state -> Nullable<Integer>,
        mail_state_remarks -> Nullable<Text>,
        posting_dt -> Nullable<crate::store::types::DbTime>,
        zip -> Nullable<Text>,
        customs_visible -> Bool,
        has_response -> Bool,
        has_dc_response -> Bool,
        head_seq -> Integer,
        head_hash -> Binary,
        change_no -> Nullable<BigInt>,
        created_at -> crate::store::types::DbTime,
        changed_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    declaration (post_org, object_pid) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        pid -> crate::store::types::DbId,
        state_cd -> Integer,
        customs_org -> Nullable<Text>,
        seen -> Bool,
        sent -> Bool,
        version_no -> Integer,
        digest -> Binary,
        body -> Text,
        quality_score -> Nullable<Integer>,
        quality_findings -> Nullable<Text>,
    }
}

diesel::table! {
    reference_list (kind, org, edition) {
        kind -> Text,
        org -> Text,
        edition -> Text,
        imported_at -> crate::store::types::DbTime,
        body -> Text,
    }
}

diesel::table! {
    reference_state (id) {
        id -> Integer,
        version_no -> BigInt,
    }
}

diesel::table! {
    response (post_org, object_pid, side) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        side -> Text,
        pid -> crate::store::types::DbId,
        state_cd -> Integer,
        customs_org -> Nullable<Text>,
        author_org -> Text,
        sent -> Bool,
        decision_cd -> Nullable<Text>,
        decided_at -> crate::store::types::DbTime,
        version_no -> Integer,
        digest -> Binary,
        body -> Text,
    }
}

diesel::table! {
    document_version (post_org, object_pid, kind, version_no) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        kind -> Text,
        version_no -> Integer,
        digest -> Binary,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    change_counter (id) {
        id -> Integer,
        last_no -> BigInt,
    }
}

diesel::table! {
    item_history (post_org, object_pid, seq) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        seq -> Integer,
        at -> crate::store::types::DbTime,
        actor_org -> Text,
        user_cd -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        event -> Text,
        detail -> Text,
        doc_kind -> Nullable<Text>,
        doc_version -> Nullable<Integer>,
        doc_digest -> Nullable<Binary>,
        hash -> Binary,
    }
}

diesel::table! {
    seal (seal_no) {
        seal_no -> BigInt,
        sealed_at -> crate::store::types::DbTime,
        through_change_no -> BigInt,
        entries -> Integer,
        hash -> Binary,
    }
}

diesel::table! {
    seal_entry (seal_no, post_org, object_pid) {
        seal_no -> BigInt,
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        head_seq -> Integer,
        head_hash -> Binary,
    }
}

diesel::table! {
    idempotency (org, request_key) {
        org -> Text,
        request_key -> Text,
        fingerprint -> Binary,
        answer -> Text,
        created_at -> crate::store::types::DbTime,
        warnings -> Integer,
    }
}

diesel::table! {
    heartbeat (component) {
        component -> Text,
        last_at -> crate::store::types::DbTime,
    }
}

diesel::allow_tables_to_appear_in_same_query!(mail_object, declaration, response, item_history, seal_entry);
