//! Any value of any type, there and back.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use clickmill::engine::Engine;
use clickmill::lake::{Layer, TableRef};

use super::database::Database;
use super::shop::Shop;
use super::{gold, replace_table};

/// What the encoder writes is what the server holds: two ways to the same rows.
#[test]
fn any_value_comes_back_as_it_was() {
    let (folder, engine) = gold(Shop::default());
    let values = random_products(2_000);
    let path = folder.path().join("random/part-0.parquet");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let known = (&engine as &dyn Engine).query("select * from gold.dim_products").unwrap();
    let batches: Vec<_> = known.map(std::result::Result::unwrap).collect();
    // Any value may be null, and times reach further than the fixture's nanoseconds.
    let widened = |field: &FieldRef| match field.name().as_str() {
        "updated_at" => Field::new("updated_at", DataType::Timestamp(TimeUnit::Microsecond, None), true),
        _ => field.as_ref().clone().with_nullable(true),
    };
    let schema = Arc::new(Schema::new(batches[0].schema().fields().iter().map(widened).collect::<Vec<_>>()));
    let batches = batches.iter().map(|batch| conform(batch.columns(), &schema));
    let random = products_batch(&schema, &values);
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), schema.clone(), None)
            .unwrap();
    batches.chain([random]).for_each(|batch| writer.write(&batch).unwrap());
    writer.close().unwrap();
    engine.attach(&TableRef::new(Layer::Gold, "dim_products"), path.parent().unwrap()).unwrap();
    replace_table(
        &engine,
        &folder,
        "dim_product_metrics",
        "select p.product_id, m.views, m.adds, m.removes, m.purchase_lines, m.units, m.refund_units,
            m.viewing_sessions, m.cart_sessions, m.buying_sessions, m.orders_containing, m.visitors, m.revenue,
            m.refund_amount, m.last_paid_price
        from gold.dim_products as p
        cross join (select * from gold.dim_product_metrics limit 1) as m",
    );

    let Some(database) = Database::new("values") else { return };
    database.load(&engine).unwrap();
    let rows = database
        .client()
        .query(
            "select product_name, current_price::text, rating, rating_count, first_seen_date - date '1970-01-01',
                (extract(epoch from updated_at) * 1000000)::bigint
            from gold.dim_products where product_id like 'r%' order by product_id",
            &[],
        )
        .unwrap();
    assert_eq!(rows.len(), values.len());
    for (row, value) in rows.iter().zip(&values) {
        let price = value.price.map(|cents| {
            let sign = if cents < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
        });
        assert_eq!(row.get::<_, Option<String>>(0), value.name.as_ref().map(|name| name.replace('\0', "")));
        assert_eq!(row.get::<_, Option<String>>(1), price);
        assert_eq!(row.get::<_, Option<f64>>(2).map(f64::to_bits), value.rating.map(f64::to_bits));
        assert_eq!(row.get::<_, Option<i32>>(3), value.count);
        assert_eq!(row.get::<_, Option<i32>>(4), value.date);
        assert_eq!(row.get::<_, Option<i64>>(5), value.time);
    }
}

/// A product of any values that a column of each type can hold.
#[derive(Debug)]
struct Product {
    name: Option<String>,
    price: Option<i128>,
    rating: Option<f64>,
    count: Option<i32>,
    date: Option<i32>,
    time: Option<i64>,
}

fn random_products(count: usize) -> Vec<Product> {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let name = proptest::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter);
    // 4713 BC to 9999 AD, within what PostgreSQL and Arrow both hold.
    let strategy = (
        proptest::option::of(name),
        proptest::option::of(-999_999_999_999_i128..=999_999_999_999),
        proptest::option::of(any::<f64>()),
        proptest::option::of(any::<i32>()),
        proptest::option::of(-2_400_000..2_932_000_i32),
        proptest::option::of(-200_000_000_000_000_000..250_000_000_000_000_000_i64),
    );
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|number| {
            let (name, price, rating, count, date, time) = strategy.new_tree(&mut runner).unwrap().current();
            // A character that PostgreSQL cannot hold, now and then.
            let name = name.map(|name| if number % 50 == 0 { name + "\0end" } else { name });
            Product { name, price, rating, count, date, time }
        })
        .collect()
}

/// The products as rows of `dim_products`.
fn products_batch(schema: &SchemaRef, values: &[Product]) -> RecordBatch {
    let ids = StringArray::from_iter_values((0..values.len()).map(|number| format!("r{number:06}")));
    let prices = Decimal128Array::from_iter(values.iter().map(|value| value.price));
    let times = TimestampMicrosecondArray::from_iter(values.iter().map(|value| value.time));
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match field.name().as_str() {
            "product_id" => Arc::new(ids.clone()),
            "product_name" => {
                Arc::new(StringArray::from_iter(values.iter().map(|value| value.name.as_deref())))
            }
            "current_price" => Arc::new(prices.clone().with_precision_and_scale(12, 2).unwrap()),
            "rating" => Arc::new(Float64Array::from_iter(values.iter().map(|value| value.rating))),
            "rating_count" => Arc::new(Int32Array::from_iter(values.iter().map(|value| value.count))),
            "first_seen_date" => Arc::new(Date32Array::from_iter(values.iter().map(|value| value.date))),
            "updated_at" => Arc::new(times.clone()),
            "is_inferred" => Arc::new(BooleanArray::from(vec![true; values.len()])),
            "stock" => Arc::new(Int32Array::from(vec![None; values.len()])),
            "last_seen_date" => Arc::new(Date32Array::from(vec![None; values.len()])),
            _ => Arc::new(StringArray::from(vec!["x"; values.len()])),
        }
    });
    conform(&columns.collect::<Vec<_>>(), schema)
}

fn conform(columns: &[ArrayRef], schema: &SchemaRef) -> RecordBatch {
    let columns = columns
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| arrow::compute::cast(column, field.data_type()).unwrap())
        .collect();
    RecordBatch::try_new(schema.clone(), columns).unwrap()
}
