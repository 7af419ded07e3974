//! Frames on their way through a file: a byte that says whether it is the last one, its length in four bytes, the frame.

use std::io::{self, Read, Write};

use guildhall_auth::{
    Frames,
    frames::{FRAME, SEALED_FRAME},
};

/// Seals what is written, frame by frame.
pub(super) struct FramedWriter<W> {
    to: W,
    frames: Frames,
    waiting: Vec<u8>,
}

impl<W: Write> FramedWriter<W> {
    pub(super) fn new(to: W, frames: Frames) -> Self {
        Self { to, frames, waiting: Vec::with_capacity(FRAME) }
    }

    /// Writes the last frame and gives back what was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.send(true)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn send(&mut self, last: bool) -> io::Result<()> {
        let frame = std::mem::replace(&mut self.waiting, Vec::with_capacity(FRAME));
        let sealed = self.frames.seal(frame, last).map_err(io::Error::other)?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.to.write_all(&[u8::from(last)])?;
        self.to.write_all(&length.to_be_bytes())?;
        self.to.write_all(&sealed)
    }
}

impl<W: Write> Write for FramedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() == FRAME {
            self.send(false)?;
        }
        let room = FRAME - self.waiting.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.waiting.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens what is read, frame by frame.
pub(super) struct FramedReader<R> {
    from: R,
    frames: Frames,
    frame: io::Cursor<Vec<u8>>,
    /// Whether any frame opened, which tells a wrong passphrase from damage further on.
    pub(super) opened: bool,
    ended: bool,
}

impl<R: Read> FramedReader<R> {
    pub(super) fn new(from: R, frames: Frames) -> Self {
        Self { from, frames, frame: io::Cursor::default(), opened: false, ended: false }
    }

    fn next(&mut self) -> io::Result<()> {
        let mut head = [0; 5];
        self.from.read_exact(&mut head).map_err(|_| damaged("it ends too soon"))?;
        let [last, length @ ..] = head;
        let length = u32::from_be_bytes(length) as usize;
        if last > 1 || length > SEALED_FRAME {
            return Err(damaged("a frame's head"));
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed).map_err(|_| damaged("it ends too soon"))?;
        let frame = self.frames.open(sealed, last == 1).map_err(|_| damaged("a frame does not open"))?;
        self.opened = true;
        self.ended = last == 1;
        if self.ended && self.from.read(&mut [0])? != 0 {
            return Err(damaged("something stands behind its end"));
        }
        self.frame = io::Cursor::new(frame);
        Ok(())
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: Read> Read for FramedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.frame.read(into)?;
            if read > 0 || self.ended || into.is_empty() {
                return Ok(read);
            }
            self.next()?;
        }
    }
}
