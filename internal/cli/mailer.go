package cli

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/mail/smtp"
)

// mailer is what speaks SMTP: see app.Mailer.
func mailer(from string, by config.SMTP, password string, now func() time.Time) (notify.Channel, func(context.Context) error, error) {
	return smtp.New(from, smtp.Server{Address: by.Server, User: by.User, Password: password}, now)
}
