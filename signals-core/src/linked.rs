//! A receiver that the linker collected, ready to be called.

use crate::binding::Binding;
use crate::payload::Payload;
use crate::receiver::Receiver;

/// A receiver that the linker collected, ready to be called.
pub(crate) struct LinkedReceiver<P: Payload> {
    pub(crate) binding: Binding<P>,
    pub(crate) receiver: &'static Receiver,
}

impl<P: Payload> Clone for LinkedReceiver<P> {
    fn clone(&self) -> Self {
        Self { binding: self.binding, receiver: self.receiver }
    }
}
