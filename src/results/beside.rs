//! Encodes a table on a thread of its own, beside the one that gathers its rows.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;

use crate::results::columns::write_error;

/// Batches that wait; more would only take memory.
const WAITING: usize = 1;

enum Message {
    Rows(RecordBatch),
    /// Nothing more comes, and the file is to be ended.
    End,
}

/// A thread that writes one table. It is over before this is gone.
pub(super) struct Beside {
    rows: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Beside {
    /// Starts the thread.
    pub(super) fn start<W: io::Write + Send + 'static>(mut writer: ArrowWriter<W>) -> io::Result<Self> {
        let (rows, received) = sync_channel(WAITING);
        let thread = thread::Builder::new().name("table".to_owned()).spawn(move || {
            for message in received {
                match message {
                    Message::Rows(batch) => writer.write(&batch).map_err(write_error)?,
                    Message::End => return writer.finish().map(|_| ()).map_err(write_error),
                }
            }
            Ok(())
        })?;
        Ok(Self { rows: Some(rows), thread: Some(thread) })
    }

    /// Hands over rows.
    ///
    /// # Errors
    ///
    /// What went wrong with earlier ones.
    pub(super) fn write(&mut self, batch: RecordBatch) -> io::Result<()> {
        match self.rows.as_ref().map(|rows| rows.send(Message::Rows(batch))) {
            Some(Ok(())) => Ok(()),
            _ => self.join(),
        }
    }

    /// Ends the table.
    ///
    /// # Errors
    ///
    /// What went wrong with any of its rows.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(rows) = &self.rows {
            // A thread that ended early says why below.
            let _ = rows.send(Message::End);
        }
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        self.rows = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(written)) => written,
            Some(Err(_)) => Err(io::Error::other("the thread that wrote the table panicked")),
            None => Err(io::Error::other("the table was given up after an error")),
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.rows = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
