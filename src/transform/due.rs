//! What is to be made and what is to be checked: models and checks in one order,
//! in which a check waits for what it reads as a model does.

use super::check::Check;
use super::dialect::Compiler;
use super::graph::Graph;
use super::model::Model;
use crate::error::Result;
use crate::lake::TableRef;
use crate::schedule::side_by_side;

/// A model to be made, or a check to be run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due<'a> {
    Model(&'a Model),
    Check(&'a Check),
}

impl<'a> Due<'a> {
    /// These models, and then these checks.
    pub(super) fn all(models: &[&'a Model], checks: &[&'a Check]) -> Vec<Self> {
        let models = models.iter().map(|model| Self::Model(model));
        models.chain(checks.iter().map(|check| Self::Check(check))).collect()
    }

    /// The model, if it is one.
    pub(super) fn model(&self) -> Option<&'a Model> {
        match self {
            Self::Model(model) => Some(model),
            Self::Check(_) => None,
        }
    }

    /// Of each the positions of those whose tables it reads; that many threads
    /// read the checks.
    ///
    /// # Errors
    /// [`Error::Transform`](crate::error::Error::Transform) when a check does not compile or parse.
    pub(super) fn needs(
        due: &[Self],
        graph: &Graph,
        compiler: &Compiler,
        threads: usize,
    ) -> Result<Vec<Vec<usize>>> {
        let inputs = side_by_side(threads, due, |one| match one {
            Self::Model(model) => Ok(graph.inputs(&model.table).to_vec()),
            Self::Check(check) => check.inputs(compiler),
        });
        let made = |input: &TableRef| {
            due.iter().position(|other| other.model().is_some_and(|model| model.table == *input))
        };
        Ok(inputs?.iter().map(|inputs| inputs.iter().filter_map(made).collect()).collect())
    }
}
