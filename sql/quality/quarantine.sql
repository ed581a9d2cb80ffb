-- grain: one row per reason for which rows are in quarantine
-- key: kind, reasons
-- reader: clickmill check
select
    kind,
    reasons,
    count(*) as rows,
    min(_source_file) as first_file,
    min(_source_line) as first_line
from silver.quarantine
group by kind, reasons
order by rows desc, kind, reasons
