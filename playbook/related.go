package playbook

import "github.com/ripostehq/riposte/event"

// Related is a resource that a finding is about: one beside the root (the instances of a group), or the root itself, where
// its details matter.
type Related struct {
	Resource event.Resource    `json:"resource"`
	Detail   map[string]string `json:"detail,omitempty"` // what is known of it, by the names below; free of secrets
}

// The details that notifiers understand; they leave out what they don't.
const (
	DetailImage    = "image"    // id of the image that an instance runs, or that a template or a configuration launches
	DetailLaunched = "launched" // when an instance was launched, RFC 3339
	DetailGroup    = "group"    // name of the Auto Scaling group that owns an instance; "" says that none does, absence that it is unknown
)

// Relater is implemented by facts that people should see the resources of. The root tells them their place.
type Relater interface {
	Related(root event.Resource) []Related
}
