package config

// Lambda is what riposte needs where it runs as a function; its sources are the function's own triggers.
type Lambda struct {
	Queues    []string `yaml:"queues" help:"URLs of the queues that bring the function its events, in its region. Messages of any other queue that is mapped to it are refused; without one, it takes only what EventBridge invokes it with."`
	WakeQueue string   `yaml:"wake_queue" help:"URL of a queue that invokes the function, in its region: delayed messages bring it back when something is due. Without one only the scheduled tick does."`
}
