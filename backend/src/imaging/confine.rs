//! What a process that touches foreign pictures may still do. Limits hold everywhere; on Linux a system-call filter also takes away the
//! network, and from a picture child files and other processes: the keys of the county lie under the same account.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Address space of a picture child: the largest photo, what the program is itself, and room for the allocator to be untidy.
const CHILD_MEMORY: u64 = 640 * 1024 * 1024;
/// Address space of a converter of other people, with a stack and a heap for each of its threads.
const CONVERTER_MEMORY: u64 = 1024 * 1024 * 1024;
/// Largest file that a converter may write.
const CONVERTER_FILE: u64 = super::wire::PHOTO_MAX as u64;
/// Processor time of one photo, in seconds. The slowest that the gate lets in take a tenth of it, a third in a debug build.
const PHOTO_SECONDS: u64 = 30;
/// Processor time of one conversion, in seconds.
const CONVERTER_SECONDS: u64 = 40;
/// The pipes, and nothing else.
const CHILD_FILES: u64 = 3;
const CONVERTER_FILES: u64 = 64;
/// The exit code of a process that was to become a converter and could not.
pub const NOT_STARTED: i32 = 126;
/// Below everything that answers a person, so that a flood of photos slows no answer.
const NICENESS: i32 = 10;

/// Locks this process in as a picture child; it keeps the open pipes. True when the system does all of it.
pub fn child() -> io::Result<bool> {
    be_nice();
    limit(Resource::As, CHILD_MEMORY)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, CHILD_FILES)?;
    Ok(filter::install(&[filter::NETWORK, filter::MEDDLING, filter::FILES, filter::PROCESSES]))
}

/// Gives a picture child the processor time of one more photo.
pub fn one_more_photo() {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let used = u64::try_from(now.tv_sec).unwrap_or_default();
    // The hard limit stays, because what was lowered once cannot be raised again.
    let current = Some(used + 1 + PHOTO_SECONDS);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let _ = setrlimit(Resource::Cpu, Rlimit { current, maximum });
}

/// Locks this process in before it becomes a converter, which needs files and threads. True when the system does all of it.
pub fn converter() -> io::Result<bool> {
    be_nice();
    limit(Resource::As, CONVERTER_MEMORY)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, CONVERTER_FILE)?;
    limit(Resource::Nofile, CONVERTER_FILES)?;
    limit(Resource::Cpu, CONVERTER_SECONDS)?;
    Ok(filter::install(&[filter::NETWORK, filter::MEDDLING]))
}

fn be_nice() {
    // Where it cannot be set the work is merely not slower.
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

fn limit(what: Resource, most: u64) -> io::Result<()> {
    // What the operator allows less of stays less.
    let most = getrlimit(what).maximum.map_or(most, |allowed| allowed.min(most));
    Ok(setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) })?)
}

#[cfg(target_os = "linux")]
mod filter {
    //! Refuses system calls by number: they fail as if not permitted, so that a library that tries one by habit goes on without.

    use std::collections::BTreeMap;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    /// Sockets, and the ring by which they could be had without asking for one.
    pub(super) const NETWORK: &[i64] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
    ];
    /// Reaching into the server, which runs under the same account, or into the system.
    pub(super) const MEDDLING: &[i64] = &[
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_kill,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_setns,
        libc::SYS_unshare,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
    ];
    /// Opening, renaming and removing files.
    pub(super) const FILES: &[i64] = &[
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_creat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_unlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename,
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_open_by_handle_at,
        libc::SYS_unlinkat,
        libc::SYS_renameat2,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_mkdirat,
        libc::SYS_truncate,
        libc::SYS_fchmodat,
        libc::SYS_fchownat,
    ];
    /// Becoming or starting another program.
    pub(super) const PROCESSES: &[i64] = &[
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_execve,
        libc::SYS_execveat,
    ];

    /// From now on these calls are refused, for this process and all that it starts. False where the kernel has no such filter.
    pub(super) fn install(denied: &[&[i64]]) -> bool {
        let rules: BTreeMap<i64, Vec<_>> =
            denied.iter().flat_map(|list| list.iter()).map(|call| (*call, Vec::new())).collect();
        let Ok(target) = std::env::consts::ARCH.try_into() else { return false };
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        SeccompFilter::new(rules, SeccompAction::Allow, refused, target)
            .and_then(BpfProgram::try_from)
            .is_ok_and(|program| apply_filter(&program).is_ok())
    }
}

#[cfg(not(target_os = "linux"))]
mod filter {
    //! No such filter here; the limits hold.

    pub(super) const NETWORK: &[i64] = &[];
    pub(super) const MEDDLING: &[i64] = &[];
    pub(super) const FILES: &[i64] = &[];
    pub(super) const PROCESSES: &[i64] = &[];

    pub(super) fn install(_denied: &[&[i64]]) -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::filter;
    use std::{fs::File, io::ErrorKind, net::TcpListener, process::Command};

    /// A filter is the thread's own, and stays with it.
    fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::spawn(work).join().expect("no panic")
    }

    #[test]
    fn a_picture_child_has_no_network_no_files_and_starts_nothing() {
        let (socket, file, program) = apart(|| {
            assert!(filter::install(&[filter::NETWORK, filter::MEDDLING, filter::FILES, filter::PROCESSES]));
            let program = Command::new("/bin/true").status().map(drop);
            (TcpListener::bind("127.0.0.1:0").map(drop), File::open("/proc/self/exe").map(drop), program)
        });
        for refused in [socket, file, program] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::PermissionDenied);
        }
        assert!(File::open("/proc/self/exe").is_ok(), "everybody else may");
    }

    #[test]
    fn a_converter_has_no_network_and_keeps_its_files_and_threads() {
        let (socket, file, thread) = apart(|| {
            assert!(filter::install(&[filter::NETWORK, filter::MEDDLING]));
            let thread = std::thread::Builder::new().spawn(|| {}).map(drop);
            (TcpListener::bind("127.0.0.1:0").map(drop), File::open("/proc/self/exe").map(drop), thread)
        });
        assert_eq!(socket.unwrap_err().kind(), ErrorKind::PermissionDenied);
        assert!(file.is_ok() && thread.is_ok());
    }
}
