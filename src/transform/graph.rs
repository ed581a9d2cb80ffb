//! Which model needs which: read from the SQL itself, so that nobody numbers files.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;

use super::dialect::Compiler;
use super::model::Model;
use crate::error::{Error, Result};
use crate::lake::{Layer, TableRef};

/// The models in an order in which each comes after all it reads.
#[derive(Debug, Clone)]
pub struct Graph {
    models: Vec<Model>,
    inputs: BTreeMap<TableRef, Vec<TableRef>>,
}

impl Graph {
    /// Orders the models; among those that could come next, silver before
    /// gold, then by name.
    ///
    /// # Errors
    /// [`Error::Transform`] when a model does not parse, reads a table that no
    /// model makes, or reads itself through others.
    pub fn new(models: Vec<Model>, compiler: &Compiler) -> Result<Self> {
        let mut inputs = BTreeMap::new();
        for model in &models {
            let sql = compiler.compile(&model.table.to_string(), &model.text)?;
            inputs.insert(model.table.clone(), read_inputs(model, &sql)?);
        }
        let mut waiting: BTreeMap<TableRef, Model> =
            models.into_iter().map(|model| (model.table.clone(), model)).collect();
        for (table, needs) in &inputs {
            if let Some(unknown) =
                needs.iter().find(|need| need.layer != Layer::Bronze && !inputs.contains_key(need))
            {
                return Err(Error::Transform {
                    model: table.to_string(),
                    message: format!("reads {unknown}, which no file in sql/{} makes", unknown.layer),
                });
            }
        }
        let mut ordered = Vec::new();
        let mut done = BTreeSet::new();
        while !waiting.is_empty() {
            let next = waiting
                .keys()
                .find(|table| {
                    inputs[table].iter().all(|need| need.layer == Layer::Bronze || done.contains(need))
                })
                .cloned();
            let Some((table, model)) = next.and_then(|table| waiting.remove_entry(&table)) else {
                let names: Vec<_> = waiting.keys().map(TableRef::to_string).collect();
                return Err(Error::Transform {
                    model: names.join(", "),
                    message: "these models read one another in a circle".to_owned(),
                });
            };
            done.insert(table);
            ordered.push(model);
        }
        Ok(Self { models: ordered, inputs })
    }

    /// The models, in running order.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The models of a layer in waves: those of one wave read none of their
    /// own wave, so they can run side by side.
    pub fn waves(&self, layer: Layer) -> Vec<Vec<&Model>> {
        let mut depths: BTreeMap<&TableRef, usize> = BTreeMap::new();
        let mut waves: Vec<Vec<&Model>> = Vec::new();
        for model in self.models.iter().filter(|model| model.table.layer == layer) {
            let inputs = self.inputs(&model.table).iter();
            let depth = inputs.filter_map(|input| depths.get(input)).max().map_or(0, |deepest| deepest + 1);
            depths.insert(&model.table, depth);
            if waves.len() == depth {
                waves.push(Vec::new());
            }
            waves[depth].push(model);
        }
        waves
    }

    /// What a model reads, sorted.
    pub fn inputs(&self, table: &TableRef) -> &[TableRef] {
        self.inputs.get(table).map_or(&[], Vec::as_slice)
    }
}

/// The lake's tables that a compiled select reads, CTEs excluded.
fn read_inputs(model: &Model, sql: &str) -> Result<Vec<TableRef>> {
    let fail = |message: String| Error::Transform { model: model.table.to_string(), message };
    let statements = DFParser::parse_sql(sql).map_err(|error| fail(error.to_string()))?;
    let [statement] = statements.iter().collect::<Vec<_>>()[..] else {
        return Err(fail("a model is one select; this file holds several statements".to_owned()));
    };
    let (tables, _) = resolve_table_references(statement, true).map_err(|error| fail(error.to_string()))?;
    let mut inputs: Vec<_> = tables.iter().filter_map(|table| TableRef::parse(&table.to_string())).collect();
    inputs.sort();
    inputs.dedup();
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::dialect::Dialect;
    use super::super::model::Storage;
    use super::*;

    fn model(name: &str, text: &str) -> Model {
        Model {
            table: TableRef::parse(name).unwrap(),
            grain: String::new(),
            key: String::new(),
            reader: String::new(),
            storage: Storage::Table,
            partition_by: None,
            text: text.to_owned(),
        }
    }

    fn graph(models: Vec<Model>) -> Result<Graph> {
        Graph::new(models, &Compiler::new(Dialect::DataFusion))
    }

    #[test]
    fn order_comes_from_the_text_and_ctes_are_no_inputs() {
        let graph = graph(vec![
            model("gold.a", "with b as (select * from gold.c) select * from b, silver.d"),
            model("gold.c", "select * from silver.d where x in (select x from bronze.events)"),
            model("silver.d", "select 1 as x"),
        ])
        .unwrap();
        let names: Vec<_> = graph.models().iter().map(|model| model.table.to_string()).collect();
        assert_eq!(names, ["silver.d", "gold.c", "gold.a"]);
        let waves: Vec<usize> = graph.waves(Layer::Gold).iter().map(Vec::len).collect();
        assert_eq!(waves, [1, 1]);
        let inputs = graph.inputs(&TableRef::parse("gold.c").unwrap());
        assert_eq!(inputs.iter().map(ToString::to_string).collect::<Vec<_>>(), ["bronze.events", "silver.d"]);
    }

    #[test]
    fn circles_and_unknown_tables_are_refused_by_name() {
        let error =
            graph(vec![model("gold.a", "select * from gold.b"), model("gold.b", "select * from gold.a")])
                .unwrap_err()
                .to_string();
        assert!(error.contains("gold.a, gold.b") && error.contains("circle"), "{error}");
        let error = graph(vec![model("gold.a", "select * from gold.nowhere")]).unwrap_err().to_string();
        assert!(error.contains("gold.a") && error.contains("gold.nowhere"), "{error}");
    }
}
