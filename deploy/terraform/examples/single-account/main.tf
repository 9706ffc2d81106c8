# One account that defends itself: the way to try riposte, and enough for a single account. A bigger company keeps the hub
# in an account of its own: see ../organisation.
#
#   terraform init
#   terraform apply -var external_id=$(openssl rand -hex 16)
#   terraform output -raw config > riposte.yaml && riposte serve --config riposte.yaml

provider "aws" {
  region = var.region
}

# IAM, Route 53 and Organizations tell what happens in their home region only.
provider "aws" {
  alias  = "home"
  region = var.home_region
}

data "aws_caller_identity" "here" {}

module "hub" {
  source              = "../../modules/hub"
  run_as              = var.run_as
  lambda_zip          = var.lambda_zip
  architecture        = var.architecture
  config              = var.run_as == "lambda" && var.config_location == "" ? local.config : ""
  config_location     = var.config_location
  operators           = var.operators
  daemon_principals   = var.daemon_principals
  role_path           = var.role_path
  alarm_topic_arn     = var.alarm_topic_arn
  deletion_protection = var.deletion_protection
  tags                = var.tags
}

module "spoke" {
  source        = "../../modules/spoke"
  queue         = { arn = module.hub.queue_arn, dead_letter_arn = module.hub.dead_letter_arn }
  tiers         = var.tiers
  principal_arn = module.hub.principal_arn
  external_id   = var.external_id
  role_path     = var.role_path
  tags          = var.tags
}

module "spoke_home" {
  count         = var.region == var.home_region ? 0 : 1
  source        = "../../modules/spoke"
  providers     = { aws = aws.home }
  bus_arn       = module.hub.bus_arn
  events        = "global"
  tiers         = [] # the roles are the account's, and made above
  principal_arn = module.hub.principal_arn
  external_id   = var.external_id
  tags          = var.tags
}
