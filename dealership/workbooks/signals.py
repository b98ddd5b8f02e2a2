"""What imports announce. Receivers run in the same transaction.

``batch_committed``  sender ImportBatch; ``batch``, ``by``, ``at``
``batch_undo_begun`` before anything is looked at or undone; ``batch``, ``created``, ``by``, ``at``. Receivers remove
                     what was merely reckoned from the created rows; a refusal brings it back.
``batch_undoing``    before anything is undone; ``batch``, ``created`` ({model label: ids}), ``by``, ``at``. A receiver
                     that knows why it must not be raises ``HasDependants``.
``batch_undone``     ``batch``, ``by``, ``at``
"""

from django.dispatch import Signal

batch_committed = Signal()
batch_undo_begun = Signal()
batch_undoing = Signal()
batch_undone = Signal()
#: ``batch``, ``by``, ``at``: the rejected rows, with customers' data, left the house as a file.
rejected_rows_downloaded = Signal()
