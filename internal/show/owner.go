package show

import (
	"time"

	"github.com/ripostehq/riposte/internal/owner"
)

// Owner is whose a resource is. The JSON names are stable: scripts rely on them.
type Owner struct {
	Address string    `json:"address,omitempty"`
	Group   string    `json:"group,omitempty"`
	How     string    `json:"how,omitempty"` // in words: by the tag owner
	At      time.Time `json:"at,omitzero"`   // when what says so was seen
}

// OwnerOf makes an owner presentable, nil where none is known.
func OwnerOf(o owner.Owner) *Owner {
	if o.By == owner.Nothing {
		return nil
	}
	return &Owner{Address: o.Address, Group: o.Group, How: o.How, At: o.At.UTC()}
}
