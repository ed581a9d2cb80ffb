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
