"""Runs every model in DuckDB and compares all cells with the lake's tables.

usage: compare.py SCRIPT DATA_DIR

SCRIPT is what `clickmill models --script --dialect duckdb --data-dir DATA_DIR`
printed. Names, types and rows of every stored table have to be the same;
decimals and times are compared as they are, rows as a multiset, so that order
does not matter and a doubled row does. Ends with 1 and says what differs.
"""

import pathlib
import re
import sys

import duckdb


def columns(connection, relation):
    rows = connection.execute(f"describe select * from {relation}").fetchall()
    return [(row[0], row[1]) for row in rows]


def compare(connection, table, folder):
    files = sorted(str(path) for path in folder.rglob("*.parquet"))
    quoted = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    connection.execute(
        f"create or replace temp table ours as select * from read_parquet([{quoted}])"
    )
    theirs, ours = columns(connection, table), columns(connection, "ours")
    if theirs != ours:
        differing = [pair for pair in zip(ours, theirs) if pair[0] != pair[1]]
        return 0, f"columns differ (ours, DuckDB's): {differing or (ours, theirs)}"
    rows = connection.execute("select count(*) from ours").fetchone()[0]
    faults = []
    for name, left, right in [("only ours", "ours", table), ("only DuckDB's", table, "ours")]:
        found = connection.execute(
            f"select * from {left} except all select * from {right}"
        )
        sample = found.fetchmany(2)
        if sample:
            more = len(found.fetchall())
            faults.append(f"{name}: {len(sample) + more} rows, such as {sample}")
    return rows, "; ".join(faults)


def main():
    script, data = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    connection = duckdb.connect()
    for statement in re.split(r";\n(?=create )", script.read_text()):
        try:
            connection.execute(statement)
        except duckdb.Error as error:
            lines = statement.splitlines()
            name = next((line for line in lines if line.startswith("create")), "")
            sys.exit(f"{name}\n{error}")
    faults, tables, cells = 0, 0, 0
    for layer in ["silver", "gold"]:
        for folder in sorted(path for path in (data / layer).iterdir() if path.is_dir()):
            table = f"{layer}.{folder.name}"
            rows, fault = compare(connection, table, folder)
            tables += 1
            cells += rows * len(columns(connection, table))
            if fault:
                faults += 1
                print(f"{table}: {fault}")
    print(f"{tables} tables, {cells} cells, {faults} tables differ")
    sys.exit(1 if faults else 0)


main()
