-- The two roles, for the whole server; made by whoever may make roles.
-- clickmill_owner owns schemas gold and analytics, and whoever loads is a member
-- of it. clickmill_reader is for dashboards and people: it can log in once it has
-- a password, and gets its rights at the end of each load.

do $$
begin
    if not exists (select from pg_roles where rolname = 'clickmill_owner') then
        create role clickmill_owner nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;  -- A load into another database of this server was quicker.
end
$$;

do $$
begin
    if not exists (select from pg_roles where rolname = 'clickmill_reader') then
        create role clickmill_reader nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;

do $$
begin
    if not pg_has_role(session_user, 'clickmill_owner', 'member') then
        execute format('grant clickmill_owner to %I', session_user);
    end if;
    execute format(
        'grant connect, create, temporary on database %I to clickmill_owner',
        current_database()
    );
    execute format('grant connect on database %I to clickmill_reader', current_database());
end
$$;
