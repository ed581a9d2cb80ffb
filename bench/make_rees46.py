#!/usr/bin/env python3
"""Make a log of the shape and size of a month of REES46 from a sample of it.

usage: make_rees46.py SAMPLE.csv ROWS OUT.csv

Every copy of the sample has visitors and sessions of its own and begins a few
seconds after the one before, so that 42 million rows fill a month. Needs the
duckdb package.
"""
import sys

import duckdb

sample, rows, out = sys.argv[1], int(float(sys.argv[2])), sys.argv[3]
db = duckdb.connect()
db.sql("set preserve_insertion_order = false")
db.execute(
    "create table sample as select * from read_csv(?, all_varchar = true, ignore_errors = true, null_padding = false)",
    [sample],
)
count = db.sql("select count(*) from sample").fetchall()[0][0]
copies = -(-rows // count)
step = 30 * 86_400 / copies
db.sql(
    f"""
    copy (
        select
            strftime(
                strptime(replace(event_time, ' UTC', ''), '%Y-%m-%d %H:%M:%S')
                    + to_seconds(cast(copy * {step} as bigint)),
                '%Y-%m-%d %H:%M:%S'
            ) || ' UTC' as event_time,
            event_type, product_id, category_id, category_code, brand, price,
            cast(cast(user_id as bigint) + copy * 1000000007 as varchar) as user_id,
            substr(user_session, 1, 28) || printf('%08x', copy) as user_session
        from range({copies}) as copies(copy) cross join sample
        limit {rows}
    ) to '{out}' (header, quote '')
    """
)
print(f"{rows} rows, {copies} copies of {count}")
