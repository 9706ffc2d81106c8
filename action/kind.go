package action

import "github.com/ripostehq/riposte/call"

// Class says how urgent an action is, and whether there is a way back.
type Class string

const (
	Contain Class = "contain" // reversible and urgent: the brakes on mending do not hold it
	Mend    Class = "mend"    // reversible, not urgent
	Mark    Class = "mark"    // reversible, tells people: beside other steps neither waited for nor counted, and not kept where it is undone
	Destroy Class = "destroy" // no way back, or one to something else: a volume that a snapshot gives back has another id
)

// Tier is the set of rights that an action needs. Tiers are granted one by one (one role each), and contain can't write
// a policy: a riposte in wrong hands can't make itself administrator with it.
type Tier string

const (
	TierTag     Tier = "tag" // writes riposte's own tags, and no others
	TierContain Tier = "contain"
	TierMend    Tier = "mend" // puts right what a sweep finds, in ways that can be taken back
	TierAuthor  Tier = "author"
	TierDestroy Tier = "destroy"
)

// Kind is what is known of an action without a value of it. Kinds are only ever added: a ledger may hold any of them.
type Kind struct {
	Name           string // as stored: service.verb
	Version        int    // schema of the stored data; a newer one is left to a newer riposte
	Does           string // one line for people: "suspend a group's processes"
	Class          Class
	Tier           Tier
	Final          string    // why it is never taken back, "" where it is
	WayBack        string    // the kind that takes it back, where neither its class nor the calls that could undo it tell; "" where they do
	Reads          []call.ID // that Look may make
	Writes         []call.ID // that Do may make
	UndoneBy       []call.ID // that could undo it; seeing one brings verification forward
	SharedUndoneBy []call.ID // that change what About.Shares names, for all that it defends
	// Yields: found undone, it was taken back by a caller that may, and is not done again. For what mends, never for what contains; it has
	// no UndoneBy.
	Yields bool
	decode func([]byte) (Action, error)
}

// Kinds lists every action ever shipped, the ways back included.
func Kinds() []Kind {
	return []Kind{
		suspendKind, resumeKind, standbyKind, returnKind, abandonKind,
		terminateKind, stopKind, startKind, isolateKind, reconnectKind, defaultVersionKind, protectKind,
		deactivateKeyKind, activateKeyKind,
		attachUserDenyKind, detachUserDenyKind, denyUserKind, undenyUserKind, boundUserKind, unboundUserKind,
		denySessionKind, revokeSessionsKind, undenyRoleKind, attachRoleDenyKind, detachRoleDenyKind, replaceRolePolicyKind,
		pinKind, holdFleetKind, releaseFleetKind, holdSpotFleetKind, releaseSpotFleetKind, cancelSpotRequestKind,
		unshareSnapshotKind, shareSnapshotKind, unshareDBSnapshotKind, shareDBSnapshotKind, revokeIngressKind, allowIngressKind,
		credentialLockKind, credentialUnlockKind,
		putTagsKind, removeTagsKind,
		setSizesKind, registerTargetsKind, deregisterTargetsKind,
		requireTokensKind, metadataOptionsKind, templateVersionKind, deleteTemplateVersionKind, moveDefaultVersionKind,
		keepProtectedKind, retireKeyKind, reinstateKeyKind, metadataDefaultKind, encryptByDefaultKind, leaveUnencryptedKind,
		announceKind, snapshotVolumeKind, deleteVolumeKind, restoreVolumeKind, releaseAddressKind, recoverAddressKind,
		imageInstanceKind, terminateKeptKind, restoreInstanceKind,
		deleteRecordKind, restoreRecordKind, takeValueOutKind, putValueBackKind,
		stopDatabaseKind, startDatabaseKind, deleteDatabaseKind, restoreDatabaseKind,
		stopClusterKind, startClusterKind, deleteMemberKind, restoreMemberKind, deleteClusterKind, restoreClusterKind,
		deleteBalancerKind, deleteSnapshotKind, recoverSnapshotKind, listenerPolicyKind,
		pauseWarehouseKind, resumeWarehouseKind, deleteWarehouseKind, restoreWarehouseKind,
		stopIdleKind, startIdleKind,
		deleteUserKind,
	}
}

// Define gives a kind its way back from data: A is the action's own type, which is stored as JSON, strictly read.
func Define[A Action](k Kind) Kind { k.decode = strict[A]; return k }
