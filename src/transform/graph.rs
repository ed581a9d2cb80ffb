//! Which model needs which: read from the SQL itself, so that nobody numbers files.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;

use super::dialect::Compiler;
use super::model::{Model, Scope};
use crate::error::{Error, Result};
use crate::lake::{Layer, TableRef};
use crate::schedule::side_by_side;

/// The models in an order in which each comes after all it reads.
#[derive(Debug, Clone)]
pub struct Graph {
    models: Vec<Model>,
    inputs: BTreeMap<TableRef, Vec<TableRef>>,
}

/// Models that are run together.
#[derive(Debug, Clone)]
pub enum Stage<'a> {
    /// Models of the population, in an order in which each comes after all it reads.
    Population(Vec<&'a Model>),
    /// Models of one visitor, in an order in which each comes after all it reads.
    Pass(Vec<&'a Model>),
}

impl Graph {
    /// Orders the models, read by that many threads; among those that could come
    /// next, silver before gold, then by name.
    ///
    /// # Errors
    /// [`Error::Transform`] when a model does not parse, reads a table that no
    /// model makes, or reads itself through others.
    pub fn new(models: Vec<Model>, compiler: &Compiler, threads: usize) -> Result<Self> {
        let read = side_by_side(threads, &models, |model| {
            let name = model.table.to_string();
            Ok((model.table.clone(), tables_of(&name, &compiler.compile(&name, &model.text)?)?))
        });
        let inputs = BTreeMap::from_iter(read?);
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

    /// The models in stages that come one after another. In one of the population
    /// each model may begin when those that it reads are made; in a pass each may
    /// read those before it, for it goes bucket by bucket. What is dealt is made
    /// in the stage before the pass over it. The last stage is of the population,
    /// with or without models: checks of all rows belong there.
    pub fn stages(&self) -> Vec<Stage<'_>> {
        let mut levels: BTreeMap<&TableRef, usize> = BTreeMap::new();
        let scope_of: BTreeMap<&TableRef, Scope> =
            self.models.iter().map(|model| (&model.table, model.scope)).collect();
        for model in &self.models {
            let level = self.inputs(&model.table).iter().filter_map(|input| {
                let level = levels.get(input)?;
                let follows_pass = model.scope != Scope::Visitor && scope_of[input] == Scope::Visitor;
                Some(level + usize::from(follows_pass))
            });
            let level = level.max().unwrap_or(0);
            levels.insert(&model.table, level);
        }
        let mut stages = Vec::new();
        for level in 0..=levels.values().copied().max().unwrap_or(0) {
            let of_level = |is_of_visitor: bool| {
                let of_level = |model: &&Model| levels[&model.table] == level;
                self.models
                    .iter()
                    .filter(of_level)
                    .filter(move |model| (model.scope == Scope::Visitor) == is_of_visitor)
            };
            let (population, pass) = (Vec::from_iter(of_level(false)), Vec::from_iter(of_level(true)));
            if !population.is_empty() {
                stages.push(Stage::Population(population));
            }
            if !pass.is_empty() {
                stages.push(Stage::Pass(pass));
            }
        }
        if matches!(stages.last(), Some(Stage::Pass(_))) {
            stages.push(Stage::Population(Vec::new()));
        }
        stages
    }

    /// What a model reads, sorted.
    pub fn inputs(&self, table: &TableRef) -> &[TableRef] {
        self.inputs.get(table).map_or(&[], Vec::as_slice)
    }
}

/// The lake's tables that the compiled select of that name reads, sorted, CTEs excluded.
///
/// # Errors
/// [`Error::Transform`] when it does not parse or is no single statement.
pub(super) fn tables_of(name: &str, sql: &str) -> Result<Vec<TableRef>> {
    let fail = |message: String| Error::Transform { model: name.to_owned(), message };
    let statements = DFParser::parse_sql(sql).map_err(|error| fail(error.to_string()))?;
    let [statement] = statements.iter().collect::<Vec<_>>()[..] else {
        return Err(fail("a model or check is one select; this file holds several statements".to_owned()));
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
            scope: Scope::of(text).unwrap(),
            dealing: None,
            rows_in_1000: 1000,
            partition_by: Vec::new(),
            days: Vec::new(),
            watched: Vec::new(),
            text: text.to_owned(),
        }
    }

    fn graph(models: Vec<Model>) -> Result<Graph> {
        Graph::new(models, &Compiler::new(Dialect::DataFusion), 1)
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
        assert_eq!(staged(&graph), ["population silver.d gold.c gold.a"]);
        let inputs = graph.inputs(&TableRef::parse("gold.c").unwrap());
        assert_eq!(inputs.iter().map(ToString::to_string).collect::<Vec<_>>(), ["bronze.events", "silver.d"]);
    }

    fn staged(graph: &Graph) -> Vec<String> {
        let names = |models: &[&Model]| {
            models.iter().map(|model| model.table.to_string()).collect::<Vec<_>>().join(" ")
        };
        let said = graph.stages();
        let said = said.iter().map(|stage| match stage {
            Stage::Population(models) => format!("population {}", names(models)),
            Stage::Pass(models) => format!("pass {}", names(models)),
        });
        said.collect()
    }

    #[test]
    fn models_of_one_visitor_share_a_pass_across_layers() {
        let graph = graph(vec![
            model("silver.dealt", "select * from bronze.events"),
            model("silver.lookup", "select 1 as x"),
            model("silver.events", "-- scope: visitor\nselect * from silver.dealt, silver.lookup"),
            model("gold.facts", "-- scope: visitor\nselect * from silver.events"),
            model("silver.after", "select * from silver.events"),
            model("gold.after", "select * from gold.facts, silver.after"),
        ])
        .unwrap();
        let stages = [
            "population silver.dealt silver.lookup",
            "pass silver.events gold.facts",
            "population silver.after gold.after",
        ];
        assert_eq!(staged(&graph), stages);
    }

    #[test]
    fn after_the_last_pass_there_is_a_stage_for_the_checks_of_all_rows() {
        let graph = graph(vec![
            model("silver.dealt", "select * from bronze.events"),
            model("silver.events", "-- scope: visitor\nselect * from silver.dealt"),
        ]);
        let stages = ["population silver.dealt", "pass silver.events", "population "];
        assert_eq!(staged(&graph.unwrap()), stages);
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
