-- What became of searches. A session counts once for each text it searched for;
-- what came after its first search for the text is held to have followed from
-- it.
-- grain: one row per session_date, device_type and search_query
-- key: session_date, device_type, search_query
-- reader: Tableau
-- columns:
--     session_date        date    dimension
--     device_type         text    dimension
--     search_query        text    dimension
--     searches            bigint  sum
--     search_sessions     bigint  sum
--     viewing_sessions    bigint  sum
--     cart_sessions       bigint  sum
--     converted_sessions  bigint  sum
--     ended_sessions      bigint  sum
-- ratios:
--     Searches that led to a product:  viewing_sessions / search_sessions    percent
--     Searches that led to a cart:     cart_sessions / search_sessions       percent
--     Conversion after search:         converted_sessions / search_sessions  percent
--     Exit rate:                       ended_sessions / search_sessions      percent
--     Searches per session and text:   searches / search_sessions            number

create view analytics.vw_tableau_search_effectiveness as

with

searches as (

    select * from gold.agg_search_daily

),

final as (

    select
        session_date,
        device_type,
        search_query,
        searches,
        search_sessions,
        viewing_sessions,
        cart_sessions,
        converted_sessions,
        ended_sessions
    from searches

)

select * from final;

comment on view analytics.vw_tableau_search_effectiveness is
    'What became of searches: one row per session_date, device_type and search_query. Without bots. Conversion after search = sum(converted_sessions) / sum(search_sessions).';
comment on column analytics.vw_tableau_search_effectiveness.session_date is
    'Day the sessions began, in the business time zone.';
comment on column analytics.vw_tableau_search_effectiveness.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column analytics.vw_tableau_search_effectiveness.search_query is
    'Text searched for, in lower case; (unknown) where the log has none.';
comment on column analytics.vw_tableau_search_effectiveness.searches is
    'Searches, events. Additive.';
comment on column analytics.vw_tableau_search_effectiveness.search_sessions is
    'Sessions that searched for it. Additive over days and devices; over texts a session counts once for each.';
comment on column analytics.vw_tableau_search_effectiveness.viewing_sessions is
    'Of these, sessions in which a product view or any later step followed. Additive as search_sessions.';
comment on column analytics.vw_tableau_search_effectiveness.cart_sessions is
    'Of these, sessions in which a cart or a purchase followed. Additive as search_sessions.';
comment on column analytics.vw_tableau_search_effectiveness.converted_sessions is
    'Of these, sessions in which a counted purchase followed. Additive as search_sessions.';
comment on column analytics.vw_tableau_search_effectiveness.ended_sessions is
    'Sessions that ended with a search for it. Additive.';
