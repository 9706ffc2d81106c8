package world

import "encoding/json"

// finding is one finding in Security Hub, in AWS's own format (ASFF), as it was imported.
type finding struct {
	ID, ProductARN string
	Body           json.RawMessage
}
