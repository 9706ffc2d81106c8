package slack

// Scopes are what the app may do: write where it is invited and to persons, find them by their addresses and a channel by its name, and
// find a message of its own again whose sending was not answered.
func Scopes() []string {
	return []string{
		"channels:history", "channels:read", "chat:write", "groups:history", "groups:read", "im:history", "im:write", "usergroups:read", "users:read", "users:read.email",
	}
}

// Manifest is what Slack makes the app from.
// https://docs.slack.dev/reference/app-manifest
type Manifest struct {
	Display  Display  `json:"display_information" yaml:"display_information"`
	Features Features `json:"features" yaml:"features"`
	OAuth    OAuth    `json:"oauth_config" yaml:"oauth_config"`
	Settings Settings `json:"settings" yaml:"settings"`
}

// Display is what people see of the app.
type Display struct {
	Name        string `json:"name" yaml:"name"`
	Description string `json:"description" yaml:"description"`
	Background  string `json:"background_color" yaml:"background_color"`
}

// Features are what it has.
type Features struct {
	Bot Bot `json:"bot_user" yaml:"bot_user"`
}

// Bot is as whom it writes.
type Bot struct {
	Name   string `json:"display_name" yaml:"display_name"`
	Online bool   `json:"always_online" yaml:"always_online"`
}

// OAuth is what it may do.
type OAuth struct {
	Scopes ScopesOf `json:"scopes" yaml:"scopes"`
}

// ScopesOf are the bot's: no person's token is asked for.
type ScopesOf struct {
	Bot []string `json:"bot" yaml:"bot"`
}

// Settings are how clicks come.
type Settings struct {
	Interactivity Interactivity `json:"interactivity" yaml:"interactivity"`
	Deploy        bool          `json:"org_deploy_enabled" yaml:"org_deploy_enabled"`
	SocketMode    bool          `json:"socket_mode_enabled" yaml:"socket_mode_enabled"`
	Rotation      bool          `json:"token_rotation_enabled" yaml:"token_rotation_enabled"`
}

// Interactivity is where clicks are posted to; by Socket Mode nowhere.
type Interactivity struct {
	Enabled bool   `json:"is_enabled" yaml:"is_enabled"`
	URL     string `json:"request_url,omitempty" yaml:"request_url,omitempty"`
}

// NewManifest is the app's: clicks come by Socket Mode, or are posted to a URL.
func NewManifest(url string) Manifest {
	return Manifest{
		Display:  Display{"riposte", "Tells what was done in AWS, asks before the rest, and takes the answer.", "#1d2733"},
		Features: Features{Bot{"riposte", true}},
		OAuth:    OAuth{ScopesOf{Scopes()}},
		Settings: Settings{Interactivity: Interactivity{Enabled: true, URL: url}, SocketMode: url == ""},
	}
}
