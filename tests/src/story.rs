//! Runs a story on every backend.

/// Declares stories; each becomes two tests, `NAME::sqlite` and `NAME::postgres`.
///
/// ```ignore
/// stories! {
///     /// What must hold.
///     async fn a_failed_answer_becomes_a_ticket(world: World) { … }
/// }
/// ```
///
/// The argument's type is anything with `async fn start(backend: Backend) -> Self`.
#[macro_export]
macro_rules! stories {
    ($($(#[$meta:meta])* async fn $name:ident($argument:ident: $kind:ty) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story(backend: $crate::backend::Backend) {
                let $argument = <$kind>::start(backend).await;
                $body
            }

            #[test]
            fn sqlite() {
                $crate::story::run(story($crate::backend::Backend::Sqlite));
            }

            #[test]
            fn postgres() {
                $crate::story::run(story($crate::backend::Backend::Postgres));
            }
        }
    )*};
}

/// Runs a story to its end, on a thread that may also run tasks that are not `Send`. What the server warns of is shown
/// beside a failure.
pub fn run(story: impl Future<Output = ()>) {
    let _ = tracing_subscriber::fmt().with_env_filter("warn").with_writer(std::io::stderr).try_init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    tokio::task::LocalSet::new().block_on(&runtime.expect("a runtime"), story);
}
