package demo

import "cmp"

// Thing is what of an account the records of a drill are about.
type Thing string

// The things of drills.
const (
	Member   Thing = "an instance of an Auto Scaling group"
	Machine  Thing = "an instance"
	Bearer   Thing = "an instance with a role"
	Rival    Thing = "an instance with a role, and an Auto Scaling group that it is not of"
	Template Thing = "a launch template"
	Decoy    Thing = "the user of a decoy"
)

// Who is the sort of principal whose call the records tell of.
type Who string

// The callers of drills.
const (
	AWS     Who = ""        // a service's own role, as it stands in the demo
	User    Who = "user"    // a user
	Session Who = "session" // a session of a role
	Itself  Who = "itself"  // the instance, by its role
)

// Drill is an attack of the demo whose records can be told of another account's things; or one that can't be, and what shows the same.
type Drill struct {
	Attack  string
	About   Thing
	By      Who
	Instead string // "": it can be

	from, to int // the moves that are played, of the attack's; to 0: all
	words    func(Target, launch) map[string]string
}

// launch is the first machine that an attack launched in the demo.
type launch struct{ instance, image string }

// Drills are all attacks of the demo, each with what a drill of it is about, or with the reason why there is none.
func Drills() []Drill {
	const orders = "it is about what people order, which needs no drill of its own: "
	return []Drill{
		{Attack: "deputy", About: Member, words: func(t Target, l launch) map[string]string {
			return map[string]string{"web": t.Group, l.instance: t.Instance, l.image: t.Image, "lt-0a11ce00000000001": cmp.Or(t.TemplateID, "lt-00000000000000000")}
		}},
		{Attack: "template", About: Template, By: User, words: func(t Target, _ launch) map[string]string {
			return map[string]string{"batch": t.Template, "lt-0a11ce00000000002": t.TemplateID, "ami-0feedfacefeedface": t.Image, "2": t.Version}
		}},
		{Attack: "latest", Instead: "its records are those of template, and what differs is the group, which follows the newest version: riposte attack template --template ID of such a group"},
		{Attack: "demolition", About: Machine, By: User, to: 2, words: func(t Target, _ launch) map[string]string {
			return map[string]string{instance("a", 0): t.Instance}
		}},
		{Attack: "second-key", Instead: "it takes riposte's own answer off again, which a record alone does not: riposte attack demolition --by a user made for it, then detach the deny"},
		{Attack: "false-alarm", Instead: orders + "riposte attack demolition, then riposte undo CASE"},
		{Attack: "approval", About: Machine, By: Session, to: 1, words: func(t Target, _ launch) map[string]string {
			return map[string]string{instance("b", 8): t.Instance}
		}},
		{Attack: "halt", Instead: orders + "riposte halt, riposte attack demolition, then riposte release"},
		{Attack: "foreign-group", About: Rival, By: Itself, from: 1, to: 4, words: func(t Target, _ launch) map[string]string {
			return map[string]string{"search": t.Group, checkouts: t.Instance, "i-0dddddddddddddd00": t.Others, "i-0dddddddddddddd01": t.Others}
		}},
		{Attack: "theft", About: Bearer, By: Itself, from: 1, words: func(t Target, _ launch) map[string]string {
			return map[string]string{crane: t.Instance}
		}},
		{Attack: "lock", About: Bearer, By: User, to: 1, words: func(t Target, _ launch) map[string]string {
			return map[string]string{tender: t.Instance}
		}},
		{Attack: "by-hand", About: Machine, By: Session, to: 1, words: func(t Target, l launch) map[string]string {
			return map[string]string{l.instance: t.Instance, l.image: t.Image, "alice": t.Caller.Session, "demo-alice": "riposte-drill"}
		}},
		{Attack: "decoy", About: Decoy, By: User, words: func(Target, launch) map[string]string { return nil }},
		{Attack: "idle-volume", Instead: bySweep},
		{Attack: "imds-v1", Instead: bySweep},
		{Attack: "dangling-name", Instead: "whose a name is, sweeps of all accounts know: make a bucket and a record that points to it, let a day pass, and delete the bucket"},
	}
}

const bySweep = "no event tells of it, the daily sweep finds it: riposte sweep"
