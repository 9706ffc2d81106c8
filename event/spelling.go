package event

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// proper returns the key that CloudTrail writes for one as tables spell it; any other stays as it is.
func proper(spelt string) string {
	bare := folded(spelt)
	for _, key := range []string{
		"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
		"errorMessage", "requestParameters", "responseElements", "additionalEventData", "requestID", "eventID", "readOnly", "eventType",
		"apiVersion", "managementEvent", "recipientAccountId", "serviceEventDetails", "sharedEventID", "vpcEndpointId", "eventCategory",
		"tlsDetails", "tlsVersion", "cipherSuite", "clientProvidedHostHeader", "edgeDeviceDetails", "sessionCredentialFromConsole",
		"principalId", "accountId", "accessKeyId", "userName", "invokedBy", "sessionContext", "sessionIssuer", "mfaAuthenticated",
		"creationDate", "webIdFederationData", "federatedProvider", "ec2RoleDelivery", "sourceIdentity", "identityProvider", "onBehalfOf",
		"userId", "identityStoreArn", "credentialId", "inScopeOf", "issuerType", "credentialsIssuedTo", "insightDetails", "vpcEndpointAccountId",
	} {
		if bare == strings.ToLower(key) {
			return key
		}
	}
	if bare == "type" || bare == "arn" || bare == "attributes" {
		return bare
	}
	return spelt
}

// spelled returns a time as CloudTrail writes it; what is no time stays what it is. Tables write none of the zone: it is UTC.
func spelled(value json.RawMessage) json.RawMessage {
	if value[0] == '{' { // MongoDB's {"$date": ...}
		for _, inner := range members(value) {
			return spelled(inner)
		}
	}
	s := strings.Trim(string(value), `"`)
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return value
	}
	for _, layout := range []string{
		"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700 MST",
		"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05.000 -0700",
	} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		// Go reads any abbreviation of a zone, and takes those that it does not know for UTC.
		if zone, offset := t.Zone(); offset != 0 || zone == "" || zone == "UTC" || zone == "GMT" {
			return quotedTime(t)
		}
	}
	// Seconds since 1970, or thousandths and so on of these, which their size tells apart.
	const year2286, year1973 = 1e10, 1e8
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(n, 0) {
		return value // Go reads "Infinity", which no division makes smaller
	}
	for ; n > year2286; n /= 1000 {
	}
	if !(n >= year1973) { // nor is NaN
		return value
	}
	whole := int64(n)
	return quotedTime(time.Unix(whole, int64((n-float64(whole))*1e3)*1e6))
}

func quotedTime(t time.Time) json.RawMessage {
	return json.RawMessage(strconv.Quote(t.UTC().Format("2006-01-02T15:04:05.999999999Z07:00")))
}
