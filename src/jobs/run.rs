//! Runs the jobs, each round as a task of its own, until told to stop.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn_local};

use super::board::Board;
use crate::error::Result;

/// When the rounds of a job are.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// So long after the last one.
    Every(Duration),
    /// When there is a signal, which is gathered for `gather`; after `at_latest` without one.
    OnSignal { signal: Arc<Notify>, gather: Duration, at_latest: Duration },
}

impl Schedule {
    fn longest(&self) -> Duration {
        match self {
            Self::Every(pause) | Self::OnSignal { at_latest: pause, .. } => *pause,
        }
    }

    async fn wait(&self) {
        match self {
            Self::Every(pause) => tokio::time::sleep(*pause).await,
            Self::OnSignal { signal, gather, at_latest } => {
                if tokio::time::timeout(*at_latest, signal.notified()).await.is_ok() {
                    tokio::time::sleep(*gather).await;
                }
            }
        }
    }
}

type Round = Pin<Box<dyn Future<Output = Result<()>>>>;

/// One row of the table.
pub struct Job {
    /// As logs, metrics and the readiness page name it.
    pub name: &'static str,
    pub schedule: Schedule,
    /// A last round when the server stops, so that nothing is left lying.
    pub drainable: bool,
    work: Box<dyn Fn() -> Round>,
}

impl Job {
    /// A job that does `work` with `on` in each round.
    pub fn new<S: Clone + 'static, F: Future<Output = Result<()>> + 'static>(
        name: &'static str,
        schedule: Schedule,
        on: &S,
        work: impl Fn(S) -> F + 'static,
    ) -> Self {
        let on = on.clone();
        Self { name, schedule, drainable: false, work: Box::new(move || Box::pin(work(on.clone()))) }
    }

    /// The same with a last round when the server stops.
    #[must_use]
    pub fn drained(self) -> Self {
        Self { drainable: true, ..self }
    }

    /// One round, whatever comes of it.
    async fn round(&self, board: &Board) {
        let name = self.name;
        let panicked = match spawn_local((self.work)()).await {
            Ok(Ok(())) => false,
            Ok(Err(error)) => {
                tracing::warn!(%error, job = name, "background work failed; it will be tried again");
                false
            }
            Err(error) => {
                tracing::error!(%error, job = name, "background work panicked; it begins again");
                metrics::counter!("entrepost_job_panics_total", "job" => name).increment(1);
                true
            }
        };
        board.ended(name, panicked);
    }
}

/// Jobs that are at work.
pub struct Running {
    quit: watch::Sender<bool>,
    jobs: Vec<JoinHandle<()>>,
}

/// Sets jobs to work on this thread.
pub fn start(jobs: Vec<Job>, board: &Board) -> Running {
    let (quit, quitting) = watch::channel(false);
    let work = |job: Job| {
        let (board, mut quitting) = (board.clone(), quitting.clone());
        board.begun(job.name, job.schedule.longest());
        metrics::counter!("entrepost_job_panics_total", "job" => job.name).increment(0);
        spawn_local(async move {
            loop {
                tokio::select! {
                    () = job.schedule.wait() => job.round(&board).await,
                    _ = quitting.changed() => break,
                }
            }
            if job.drainable {
                job.round(&board).await;
            }
        })
    };
    Running { quit, jobs: jobs.into_iter().map(work).collect() }
}

impl Running {
    /// Lets rounds under way end, and the last ones be done.
    pub async fn stop(self) {
        let _ = self.quit.send(true);
        for job in self.jobs {
            let _ = job.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::error::Error;

    fn on_this_thread(work: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, work);
    }

    fn often() -> Schedule {
        Schedule::Every(Duration::from_millis(1))
    }

    async fn until(come: impl Fn() -> bool) {
        let wait = async {
            while !come() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.expect("comes");
    }

    #[test]
    fn a_job_that_panics_or_fails_begins_again_and_is_told() {
        on_this_thread(async {
            let (board, rounds) = (Board::default(), Rc::new(Cell::new(0)));
            let job = Job::new("shaky", often(), &rounds, |rounds| async move {
                rounds.set(rounds.get() + 1);
                assert_ne!(rounds.get() % 3, 1, "now and then");
                if rounds.get() % 3 == 2 { Err(Error::unavailable("not now")) } else { Ok(()) }
            });
            let running = start(vec![job], &board);
            until(|| rounds.get() >= 7).await;
            let states = board.states();
            assert!(states[0].name == "shaky" && states[0].panics >= 2 && !states[0].late, "{states:?}");
            running.stop().await;
        });
    }

    #[test]
    fn a_round_that_does_not_end_shows_and_holds_up_no_other() {
        on_this_thread(async {
            let (board, rounds) = (Board::default(), Rc::new(Cell::new(0)));
            let stuck = Job::new("stuck", often(), &(), |()| std::future::pending());
            let well = Job::new("well", often(), &rounds, |rounds| async move {
                rounds.set(rounds.get() + 1);
                Ok(())
            });
            let _running = start(vec![stuck, well], &board);
            let began = std::time::Instant::now();
            until(|| rounds.get() >= 20 && began.elapsed() > Duration::from_millis(50)).await;
            let age = |name| board.states().iter().find(|job| job.name == name).expect("listed").age;
            assert!(age("stuck") >= Duration::from_millis(50), "{:?}", age("stuck"));
            assert!(age("well") < age("stuck"));
        });
    }

    #[test]
    fn what_is_drained_has_a_last_round() {
        on_this_thread(async {
            let counts = Rc::new([Cell::new(0), Cell::new(0)]);
            let count = |at: usize| {
                let never = Schedule::Every(Duration::from_secs(3600));
                Job::new(if at == 0 { "kept" } else { "drained" }, never, &counts, move |counts| async move {
                    counts[at].set(counts[at].get() + 1);
                    Ok(())
                })
            };
            let running = start(vec![count(0), count(1).drained()], &Board::default());
            running.stop().await;
            assert_eq!((counts[0].get(), counts[1].get()), (0, 1));
        });
    }

    #[test]
    fn a_signal_wakes_and_its_absence_too() {
        on_this_thread(async {
            let (signal, rounds) = (Arc::new(Notify::new()), Rc::new(Cell::new(0)));
            let job = |at_latest| {
                let schedule = Schedule::OnSignal { signal: Arc::clone(&signal), gather: Duration::ZERO, at_latest };
                Job::new("waits", schedule, &rounds, |rounds| async move {
                    rounds.set(rounds.get() + 1);
                    Ok(())
                })
            };
            let running = start(vec![job(Duration::from_secs(3600))], &Board::default());
            signal.notify_one();
            until(|| rounds.get() == 1).await;
            running.stop().await;
            let running = start(vec![job(Duration::from_millis(1))], &Board::default());
            until(|| rounds.get() >= 3).await;
            running.stop().await;
        });
    }
}
