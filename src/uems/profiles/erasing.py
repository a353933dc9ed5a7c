"""What does this room forget of a person? Traits, tags and places on lists. Who brought whom stays, as numbers that are nobody any more."""

from typing import Final

from uems.kernel.erasure import RoomEraser, WarehouseRows

ERASER: Final = RoomEraser(
    key="profiles",
    warehouse=(
        WarehouseRows(table="traits", what="traits", columns=("node_id",)),
        WarehouseRows(table="trait_index", columns=("node_id",), handed_out=False, has_person=False),
        WarehouseRows(table="tag_values", what="tags"),
        WarehouseRows(table="tag_given", columns=("node_id",)),
        WarehouseRows(table="tag_changes"),
        WarehouseRows(table="list_members", what="lists", columns=("node_id",)),
    ),
    more={
        # The tree of word of mouth: those whom the person brought keep their place below nobody in particular.
        "relations.person_id": "kept",
        "relations.node_id": "kept",
        "relations.other_person_id": "kept",
        "relations.other_node_id": "kept",
        "relations_back.person_id": "kept",
        "relations_back.node_id": "kept",
        "relations_back.other_person_id": "kept",
        "relations_back.other_node_id": "kept",
        # People of a pass that the loop has not followed yet: numbers, gone when it has.
        "tag_passes.people": "kept",
    },
)
